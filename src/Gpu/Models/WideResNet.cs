using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Models;

/// <summary>
/// Wide residual networks WRN-depth-k (Zagoruyko and Komodakis 2016, arXiv 1605.07146) without their classifier: norm and ReLU come before
/// each convolution. Where a block changes shape, its 1×1 shortcut starts from the activated input.
/// </summary>
internal sealed class WideResNet : Network
{
    private readonly Conv conv1;
    private readonly List<Block> blocks = [];
    private readonly Norm bn1;

    public WideResNet(ParameterScope scope, Stem stem, int depth, int k)
    {
        if (stem != Stem.Cifar)
            throw new ArgumentException($"wrn-{depth}-{k} has the CIFAR stem only", nameof(stem));
        conv1 = new Conv(scope, "conv1", 3, 16, 3);
        Width = 16;
        for (var stage = 0; stage < 3; stage++)
            for (var i = 0; i < (depth - 4) / 6; i++)
            {
                var width = 16 * k << stage;
                blocks.Add(new Block(scope.Under($"layer{stage + 1}.{i}"), Width, width, stage > 0 && i == 0 ? 2 : 1));
                Width = width;
            }

        bn1 = new Norm(scope, "bn1", Width);
    }

    public override int Width { get; }

    public override Tensor Forward(Tensor x, Weights w)
    {
        var y = conv1.Forward(x, w);
        foreach (var block in blocks)
            y = Replace(y, block.Forward(y, w));
        return Scoped(() => F.adaptive_avg_pool2d(bn1.Relu(y, w), 1).flatten(1));
    }

    private sealed class Block(ParameterScope scope, int inputs, int width, int stride)
    {
        private readonly Norm bn1 = new(scope, "bn1", inputs);
        private readonly Conv conv1 = new(scope, "conv1", inputs, width, 3, stride);
        private readonly Norm bn2 = new(scope, "bn2", width);
        private readonly Conv conv2 = new(scope, "conv2", width, width, 3);
        private readonly Conv? downsample = inputs != width ? new(scope, "downsample.0", inputs, width, 1, stride) : null;

        public Tensor Forward(Tensor x, Weights w) => Scoped(() =>
        {
            var active = bn1.Relu(x, w);
            var y = bn2.Relu(conv1.Forward(active, w), w);
            return conv2.Forward(y, w).add_(downsample?.Forward(active, w) ?? x);
        });
    }
}
