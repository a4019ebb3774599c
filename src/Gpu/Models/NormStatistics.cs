using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>
/// Mean and variance of every batch norm, flat [C]: either the running statistics of the model state, or the moments of one shard
/// (its batch mean and unbiased variance), which a training pass writes and <see cref="Follow"/> averages in.
/// </summary>
public sealed class NormStatistics : IDisposable
{
    internal readonly Tensor[] Means, Variances;

    private NormStatistics(ParameterLayout layout, Tensor mean, Tensor variance)
    {
        (Mean, Variance) = (mean.DetachFromDisposeScope(), variance.DetachFromDisposeScope());
        (Means, Variances) = (layout.NormViews(Mean), layout.NormViews(Variance));
    }

    /// <summary>[C]</summary>
    public Tensor Mean { get; }

    /// <summary>[C]</summary>
    public Tensor Variance { get; }

    /// <summary>Running statistics of a new model: mean 0, variance 1.</summary>
    public static NormStatistics Running(ParameterLayout layout, Device device) =>
        new(layout, zeros([layout.NormChannels], device: device), ones([layout.NormChannels], device: device));

    /// <summary>For one training pass to write. Fresh for each pass: batch_norm multiplies what was there by 0, and 0·NaN is NaN.</summary>
    public static NormStatistics Moments(ParameterLayout layout, Device device) =>
        new(layout, zeros([layout.NormChannels], device: device), zeros([layout.NormChannels], device: device));

    /// <summary>One momentum update per step: running ← (1 − momentum)·running + momentum·batch, both flat [C].</summary>
    public void Follow(Tensor mean, Tensor variance, double momentum = 0.1)
    {
        using var noGrad = no_grad();
        Mean.mul_(1 - momentum).add_(mean, momentum);
        Variance.mul_(1 - momentum).add_(variance, momentum);
    }

    public void Dispose()
    {
        foreach (var view in Means.Concat(Variances))
            view.Dispose();
        Mean.Dispose();
        Variance.Dispose();
    }
}
