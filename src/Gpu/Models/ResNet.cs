using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Models;

/// <summary>
/// Residual networks (He et al. 2016, arXiv 1512.03385) without their classifier, torchvision's parameter names: basic blocks of two 3×3
/// convolutions, or bottlenecks 1×1, 3×3 (which has the stride), 1×1 of four times the width. Shortcuts that change shape are 1×1
/// convolutions with batch norm.
/// </summary>
internal sealed class ResNet : Network
{
    private readonly bool pooled;
    private readonly Conv conv1;
    private readonly Norm bn1;
    private readonly List<Block> blocks = [];

    /// <param name="scope">Where parameters are declared.</param>
    /// <param name="stem">The first layer.</param>
    /// <param name="stemWidth">Its channels.</param>
    /// <param name="widths">Channels of each stage; every stage but the first halves the resolution.</param>
    /// <param name="depths">Blocks of each stage.</param>
    /// <param name="bottleneck">Bottleneck blocks, as from ResNet-50 on.</param>
    public ResNet(ParameterScope scope, Stem stem, int stemWidth, int[] widths, int[] depths, bool bottleneck)
    {
        var (kernel, stride) = stem == Stem.ImageNet ? (7, 2) : (3, 1);
        pooled = stem == Stem.ImageNet;
        conv1 = new Conv(scope, "conv1", 3, stemWidth, kernel, stride);
        bn1 = new Norm(scope, "bn1", stemWidth);
        Width = stemWidth;
        for (var stage = 0; stage < widths.Length; stage++)
            for (var i = 0; i < depths[stage]; i++)
            {
                var (name, step) = ($"layer{stage + 1}.{i}", stage > 0 && i == 0 ? 2 : 1);
                var block = new Block(scope.Under(name), Width, widths[stage], step, bottleneck);
                blocks.Add(block);
                Width = block.Outputs;
            }
    }

    public override int Width { get; }

    public override Tensor Forward(Tensor x, Weights w)
    {
        var y = Scoped(() =>
        {
            var first = bn1.Relu(conv1.Forward(x, w), w);
            return pooled ? F.max_pool2d(first, 3, 2, 1) : first;
        });
        foreach (var block in blocks)
            y = Replace(y, block.Forward(y, w));
        return F.adaptive_avg_pool2d(y, 1).flatten(1);
    }

    private sealed class Block
    {
        private readonly (Conv Conv, Norm Norm)[] layers;
        private readonly (Conv Conv, Norm Norm)? downsample;

        public Block(ParameterScope scope, int inputs, int width, int stride, bool bottleneck)
        {
            Outputs = bottleneck ? 4 * width : width;
            (int Kernel, int Outputs, int Stride)[] plan =
                bottleneck ? [(1, width, 1), (3, width, stride), (1, Outputs, 1)] : [(3, width, stride), (3, width, 1)];
            layers = new (Conv, Norm)[plan.Length];
            var channels = inputs;
            for (var i = 0; i < plan.Length; i++)
            {
                var (kernel, outputs, step) = plan[i];
                layers[i] = (new Conv(scope, $"conv{i + 1}", channels, outputs, kernel, step), new Norm(scope, $"bn{i + 1}", outputs));
                channels = outputs;
            }

            if (stride != 1 || inputs != Outputs)
                downsample = (new Conv(scope, "downsample.0", inputs, Outputs, 1, stride), new Norm(scope, "downsample.1", Outputs));
        }

        public int Outputs { get; }

        public Tensor Forward(Tensor x, Weights w) => Scoped(() =>
        {
            var y = x;
            foreach (var (conv, norm) in layers[..^1])
                y = norm.Relu(conv.Forward(y, w), w);
            var (lastConv, lastNorm) = layers[^1];
            var shortcut = downsample is { } down ? down.Norm.Forward(down.Conv.Forward(x, w), w) : x;
            return lastNorm.Relu(lastConv.Forward(y, w), w, shortcut);
        });
    }
}
