using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>
/// Shape of a projection head g: <paramref name="Layers"/> dense layers (1–3), batch norm and ReLU between them.
/// <paramref name="Hidden"/> 0 means as wide as the features. With <paramref name="FinalNorm"/> no dense layer has a bias and a batch norm
/// with scale and without shift comes last, as in FNC's released code (3 layers) and SimCLR v2; false is the plain head of SimCLR.
/// </summary>
public sealed record HeadOptions(int Layers = 2, int Hidden = 0, int Outputs = 128, bool FinalNorm = false);

/// <summary>
/// g: [n, features] → [n, Width], rows not normalised. Named as a PyTorch Sequential: head.0 dense, head.1 norm, head.3 dense …
/// </summary>
internal sealed class ProjectionHead : Network
{
    private readonly (Dense Dense, Norm? Norm)[] layers;

    public ProjectionHead(ParameterScope scope, int features, HeadOptions options)
    {
        if (options.Layers is < 1 or > 3)
            throw new ArgumentOutOfRangeException(nameof(options), $"a head has 1 to 3 layers, not {options.Layers}");
        var hidden = options.Hidden > 0 ? options.Hidden : features;
        layers = new (Dense, Norm?)[options.Layers];
        for (var i = 0; i < layers.Length; i++)
        {
            var last = i == layers.Length - 1;
            var (inputs, outputs) = (i == 0 ? features : hidden, last ? options.Outputs : hidden);
            var dense = new Dense(scope, $"{3 * i}", inputs, outputs, hasBias: !options.FinalNorm);
            layers[i] = (dense, last && !options.FinalNorm ? null : new Norm(scope, $"{3 * i + 1}", outputs, shift: !last));
        }

        Width = options.Outputs;
    }

    public override int Width { get; }

    public override Tensor Forward(Tensor x, Weights w)
    {
        foreach (var (dense, norm) in layers[..^1])
            x = norm!.Relu(dense.Forward(x, w), w);
        var (lastDense, lastNorm) = layers[^1];
        x = lastDense.Forward(x, w);
        return lastNorm?.Forward(x, w) ?? x;
    }
}
