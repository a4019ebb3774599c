using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>
/// All parameters of a network in one flat fp32 tensor, and their gradient in another. The leaves of autograd are views of the first,
/// and their .grad views of the second, so that backward adds straight into <see cref="Gradient"/>: zero it before.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly Tensor[] leaves, gradients;

    /// <param name="layout">What lies where; complete, every layer declared.</param>
    /// <param name="device">Where the two tensors live.</param>
    /// <param name="trainable">False for an EMA copy: no gradient is kept, and no graph is recorded.</param>
    public FlatParameters(ParameterLayout layout, Device device, bool trainable = true)
    {
        Layout = layout;
        Flat = zeros([layout.Count], device: device).DetachFromDisposeScope();
        Gradient = zeros([trainable ? layout.Count : 0], device: device).DetachFromDisposeScope();
        leaves = layout.Views(Flat);
        gradients = trainable ? layout.Views(Gradient) : [];
        for (var i = 0; i < gradients.Length; i++)
        {
            leaves[i].requires_grad_(true);
            leaves[i].grad = gradients[i];
        }
    }

    public ParameterLayout Layout { get; }

    /// <summary>[P] fp32, updated in place by optimizers.</summary>
    public Tensor Flat { get; }

    /// <summary>[P] fp32, filled by backward; empty when not trainable.</summary>
    public Tensor Gradient { get; }

    /// <summary>The weights of one pass.</summary>
    public Weights With(NormStatistics statistics, NormMode mode) => new(leaves, statistics, mode);

    /// <summary>p_ema ← m·p_ema + (1 − m)·p, where this is the EMA copy and <paramref name="online"/> [P].</summary>
    public void Follow(Tensor online, double m)
    {
        using var noGrad = no_grad();
        Flat.mul_(m).add_(online, 1 - m);
    }

    public void Dispose()
    {
        foreach (var view in leaves.Concat(gradients))
            view.Dispose();
        Flat.Dispose();
        Gradient.Dispose();
    }
}
