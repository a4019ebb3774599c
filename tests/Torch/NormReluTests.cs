using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Tests.Torch;

/// <summary>The fused batch norm, addition and ReLU against the three operations in float64.</summary>
[Collection(nameof(Alone))]
public sealed class NormReluTests : IDisposable
{
    private readonly int threads = TorchExtra.GetThreads();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        TorchExtra.SetThreads(threads);
    }

    [Theory]
    [InlineData(16, 4, true, true, false, 1e-5)]
    [InlineData(48, 4, false, true, false, 1e-5)]
    [InlineData(32, 4, false, false, false, 1e-5)]
    [InlineData(32, 2, false, true, false, 1e-5)]
    [InlineData(32, 4, true, true, true, 0.03)]
    [InlineData(32, 2, false, true, true, 0.03)]
    [InlineData(12, 4, true, true, false, 1e-5)] // no multiple of 16 channels: libtorch's own operations
    public void EqualsTheThreeOperations(long channels, int dimensions, bool hasResidual, bool hasBias, bool bf16, double tolerance) =>
        EqualThem(CPU, channels, dimensions, hasResidual, hasBias, bf16, tolerance);

    [Theory]
    [InlineData(16, 4, true, true, false, 1e-5)]
    [InlineData(48, 4, false, true, false, 1e-5)]
    [InlineData(2048, 2, false, true, true, 0.03)]
    [InlineData(512, 4, true, true, true, 0.03)]
    [InlineData(64, 4, false, false, true, 0.03)]
    [InlineData(12, 4, true, true, false, 1e-5)] // libtorch's own operations
    public void EqualsThemOnAGpu(long channels, int dimensions, bool hasResidual, bool hasBias, bool bf16, double tolerance)
    {
        Assert.SkipUnless(TorchProbe.Gpus() > 0, "no GPU here");
        EqualThem(new Device("cuda:0"), channels, dimensions, hasResidual, hasBias, bf16, tolerance);
    }

    private static void EqualThem(Device device, long channels, int dimensions, bool hasResidual, bool hasBias, bool bf16, double tolerance)
    {
        long[] shape = dimensions == 4 ? [37, channels, 7, 5] : [channels > 1000 ? 9000 : 700, channels]; // more rows than a GPU takes at once
        var type = bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor Input(long seed, double shift = 0)
        {
            var drawn = (Draw(shape, seed) + shift).to(type);
            return dimensions == 4 ? TorchExtra.ChannelsLast(drawn) : drawn;
        }

        var (x, residual, gradient) = (Input(1, shift: 3), hasResidual ? Input(2) : null, Input(3));
        var (weight, bias) = (Draw([channels], 4) + 1, hasBias ? Draw([channels], 5) : null);
        var (mean, variance) = (zeros([channels], device: device), zeros([channels], device: device));
        var fused = Gradients(
            (a, r, w, b) => TorchExtra.NormRelu(a, r, w, b, mean, variance),
            gradient.to(device), x.to(device), residual?.to(device), weight.to(device), bias?.to(device));
        var (wideMean, wideVariance) = (zeros([channels], float64), zeros([channels], float64));
        var wide = Gradients(
            (a, r, w, b) =>
            {
                var y = F.batch_norm(a, wideMean, wideVariance, w, b, training: true, momentum: 1);
                return (r is null ? y : y + r).relu();
            },
            gradient.to(float64), x.to(float64), residual?.to(float64), weight.to(float64), bias?.to(float64));
        Near(wideMean, mean.cpu(), 1e-5);
        Near(wideVariance, variance.cpu(), 1e-5);
        Assert.Equal(wide.Count, fused.Count);
        for (var i = 0; i < wide.Count; i++)
            Near(wide[i], fused[i].cpu(), tolerance);
    }

    [Fact]
    public void TheBitsDoNotDependOnTheThreads()
    {
        List<Tensor> With(int number)
        {
            TorchExtra.SetThreads(number);
            var (mean, variance) = (zeros([32]), zeros([32]));
            var x = TorchExtra.ChannelsLast(Draw([64, 32, 8, 8], 1));
            var made = Gradients((a, _, w, b) => TorchExtra.NormRelu(a, null, w, b, mean, variance), x * 2, x, null, Draw([32], 4), Draw([32], 5));
            return [.. made, mean, variance];
        }

        foreach (var (one, two) in With(1).Zip(With(2)))
            Assert.Equal(one.contiguous().data<float>().ToArray(), two.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void NotANumberStaysOne()
    {
        var x = TorchExtra.ChannelsLast(full([2, 16, 4, 4], float.NaN));
        var y = TorchExtra.NormRelu(x, null, ones([16]), null, zeros([16]), zeros([16]));
        Assert.True(float.IsNaN(y.sum().item<float>()));
    }

    /// <summary>The output, then the gradients of all that is given.</summary>
    private static List<Tensor> Gradients(
        Func<Tensor, Tensor?, Tensor, Tensor?, Tensor> run, Tensor gradient, Tensor x, Tensor? residual, Tensor weight, Tensor? bias)
    {
        Tensor? Leaf(Tensor? tensor) => tensor?.detach().requires_grad_(true);
        var (a, r, w, b) = (Leaf(x)!, Leaf(residual), Leaf(weight)!, Leaf(bias));
        var y = run(a, r, w, b);
        Tensor[] inputs = [.. new[] { a, r, w, b }.OfType<Tensor>()];
        return [y.detach(), .. autograd.grad([y], inputs, [gradient])];
    }

    private static Tensor Draw(long[] shape, long seed)
    {
        var random = new Random((int)seed);
        var values = new float[shape.Aggregate(1L, (p, q) => p * q)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() * 2 - 1);
        return tensor(values).reshape(shape);
    }

    /// <summary>Within so much of the expected tensor's largest value; half of the outputs are 0, where neither may be NaN.</summary>
    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        var difference = (expected - actual.to(float64)).abs().max().item<double>();
        Assert.InRange(difference, 0, tolerance * Math.Max(1e-3, expected.abs().max().item<double>()));
    }
}
