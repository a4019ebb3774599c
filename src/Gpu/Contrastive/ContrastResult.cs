using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>What one shard's projections lead to. Sums over the shards of a step are the step's.</summary>
/// <param name="Loss">
/// L = (2/V)·Σ_a mean_b ℓ, SimCLR's two-sided sum: this shard's part of the mean over the global batch. On a GPU, who reads it waits for all
/// that is queued there: queue what follows from the gradient first.
/// </param>
/// <param name="Gradient">∂L/∂z, [V, B, D], float32.</param>
/// <param name="Stats">What was detected, or null where nothing was looked for.</param>
/// <param name="Delta">The rows that the step adds to the bank, or null without one.</param>
public sealed record ContrastResult(Lazy<double> Loss, Tensor Gradient, DetectionStats? Stats, BankDelta? Delta) : IDisposable
{
    public void Dispose()
    {
        Gradient.Dispose();
        Delta?.Dispose();
    }
}

/// <summary>Rows for the bank, in the order of their images and, within one, of their views.</summary>
/// <param name="Keys">Unit rows [n, D], float32.</param>
/// <param name="Ids">Each row's sample.</param>
/// <param name="Views">Each row's view.</param>
/// <param name="Step">The step that made them.</param>
public sealed record BankDelta(Tensor Keys, long[] Ids, int[] Views, long Step) : IDisposable
{
    /// <summary>The delta of a whole step, from those of its shards in their order.</summary>
    public static BankDelta Concat(IReadOnlyList<BankDelta> shards) => new(
        cat([.. shards.Select(d => d.Keys)], 0),
        [.. shards.SelectMany(d => d.Ids)], [.. shards.SelectMany(d => d.Views)], shards[0].Step);

    public void Dispose() => Keys.Dispose();
}
