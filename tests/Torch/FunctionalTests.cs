using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Kindred.Tests.Torch;

public sealed class FunctionalTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor image = Counting(1, 1, 3, 3);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void LinearMapsRows() => Near([6, 9], linear(tensor([1f, 2f]), tensor([2f, 1f, 3f, 2f], [2, 2]), tensor([2f, 2f])));

    [Fact]
    public void ConvolutionSlidesItsKernel()
    {
        var kernel = tensor([1f, 0, 0, 1f], [1, 1, 2, 2]);
        Near([4, 6, 10, 12], conv2d(image, kernel));
        Near([5, 7, 11, 13], conv2d(image, kernel, ones(1)));
        Near([0, 2, 6, 12], conv2d(image, kernel, strides: [2, 2], padding: [1, 1]));
        Near([8], conv2d(image, kernel, dilation: [2, 2]));
        Shape([1, 2, 2, 2], conv2d(image.expand(1, 2, 3, 3), kernel.expand(2, 1, 2, 2), groups: 2));
    }

    [Fact]
    public void PoolsTakeTheMostOrTheMean()
    {
        Near([4, 5, 7, 8], max_pool2d(image, 2, 1));
        Near([0, 2, 6, 8], max_pool2d(image, 2, padding: 1));
        Near([4], adaptive_avg_pool2d(image, 1));
    }

    [Fact]
    public void BatchNormUsesTheBatchOrTheRunningStatistics()
    {
        var x = tensor([1f, 3f], [2, 1, 1, 1]);
        var (mean, variance) = (zeros(1), ones(1));
        Near([-1, 1], batch_norm(x, mean, variance, training: true, eps: 0));
        Near([0.2], mean);
        Near([1.1], variance);
        Near([3, 7], batch_norm(x, zeros(1), ones(1), full([1], 2), ones(1), eps: 0));
        Near([-1, 1], batch_norm(x, null, null, training: true, eps: 0));
    }

    [Fact]
    public void NormalizeMakesUnitRows()
    {
        Near([0.6, 0.8, 0, 0], normalize(tensor([3f, 4f, 0, 0], [2, 2])));
        Near([3 / 7.0, 4 / 7.0], normalize(tensor([3f, 4f]), 1, 0));
    }

    [Fact]
    public void AGridSamplesWhereItPoints()
    {
        var identity = tensor([1f, 0, 0, 0, 1f, 0], [1, 2, 3]);
        var grid = affine_grid(identity, [1, 1, 3, 3]);
        Near([0, 1, 2, 3, 4, 5, 6, 7, 8], grid_sample(image, grid));
        var mirrored = affine_grid(tensor([-1f, 0, 0, 0, 1f, 0], [1, 2, 3]), [1, 1, 3, 3]);
        Near([2, 1, 0, 5, 4, 3, 8, 7, 6], grid_sample(image, mirrored));
        var outside = full([1, 1, 1, 2], 3);
        Near([0], grid_sample(image, outside));
        Near([8], grid_sample(image, outside, padding_mode: GridSamplePaddingMode.Border));
        Near([4], grid_sample(image, zeros(1, 1, 1, 2), GridSampleMode.Nearest));
    }

    [Fact]
    public void PaddingAddsEdges()
    {
        var row = tensor([1f, 2f, 3f], [1, 1, 1, 3]);
        Near([0, 1, 2, 3, 0, 0], pad(row, [1, 2]));
        Near([9, 1, 2, 3], pad(row, [1, 0], value: 9));
        Near([3, 2, 1, 2, 3, 2], pad(row, [2, 1, 0, 0], PaddingModes.Reflect));
        Near([1, 1, 2, 3, 3], pad(row, [1, 1, 0, 0], PaddingModes.Replicate));
        Near([3, 1, 2, 3], pad(row, [1, 0, 0, 0], PaddingModes.Circular));
    }
}
