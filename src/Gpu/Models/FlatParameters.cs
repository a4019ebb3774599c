using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>
/// All parameters of a network in one flat fp32 tensor; the leaves of autograd are views of it.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly Tensor[] leaves;

    /// <param name="layout">What lies where; complete, every layer declared.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="trainable">False for an EMA copy: no graph is recorded.</param>
    public FlatParameters(ParameterLayout layout, Device device, bool trainable = true)
    {
        Layout = layout;
        Flat = zeros([layout.Count], device: device).DetachFromDisposeScope();
        leaves = layout.Views(Flat);
        foreach (var leaf in leaves)
            leaf.requires_grad_(trainable);
    }

    public ParameterLayout Layout { get; }

    /// <summary>[P] fp32, updated in place by optimizers.</summary>
    public Tensor Flat { get; }

    /// <summary>The weights of one pass.</summary>
    public Weights With(NormStatistics statistics, NormMode mode) => new(leaves, statistics, mode);

    /// <summary>
    /// The gradient of ⟨dy, y⟩ by each parameter, in the layout's order, each flat as it lies in [P]: end to end they are the gradient [P].
    /// Spends y's graph.
    /// </summary>
    public Tensor[] GradientsOf(Tensor y, Tensor dy) => [.. autograd.grad([y], leaves, [dy]).Select(ParameterLayout.Flatten)];

    /// <summary>p_ema ← m·p_ema + (1 − m)·p, where this is the EMA copy and <paramref name="online"/> [P].</summary>
    public void Follow(Tensor online, double m)
    {
        using var noGrad = no_grad();
        Flat.mul_(m).add_(online, 1 - m);
    }

    public void Dispose()
    {
        foreach (var leaf in leaves)
            leaf.Dispose();
        Flat.Dispose();
    }
}
