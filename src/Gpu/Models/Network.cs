using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>A function of an input and weights. Its layers know which parameters are theirs; it holds no tensor itself.</summary>
public abstract class Network
{
    /// <summary>Columns of the output.</summary>
    public abstract int Width { get; }

    /// <summary>x: [n, 3, H, W] normalised images for an encoder, [n, features] for a head. Returns [n, Width].</summary>
    public abstract Tensor Forward(Tensor x, Weights w);

    /// <summary>A part of a network whose intermediate results are freed at its end (what backward needs stays with the graph).</summary>
    private protected static Tensor Scoped(Func<Tensor> part)
    {
        using var scope = NewDisposeScope();
        return part().MoveToOuterDisposeScope();
    }

    /// <summary>Frees the activation that <paramref name="next"/> was made from.</summary>
    private protected static Tensor Replace(Tensor previous, Tensor next)
    {
        previous.Dispose();
        return next;
    }
}

/// <summary>How the first layer meets the image.</summary>
public enum Stem
{
    /// <summary>3×3, stride 1, no pooling.</summary>
    Cifar,

    /// <summary>7×7, stride 2, then 3×3 max pooling, stride 2.</summary>
    ImageNet,
}
