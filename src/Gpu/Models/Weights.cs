using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>What batch norms normalise by, and what they do with their statistics.</summary>
public enum NormMode
{
    /// <summary>The batch's own mean and variance, which are written (variance unbiased) into the statistics: a shard's moments.</summary>
    Batch,

    /// <summary>The statistics as they are.</summary>
    Running,
}

/// <summary>What one pass through a network uses: parameter views in the layout's order, and statistics of its batch norms.</summary>
public sealed class Weights(IReadOnlyList<Tensor> parameters, NormStatistics statistics, NormMode mode)
{
    internal Tensor this[int parameter] => parameters[parameter];

    internal Tensor Mean(int norm) => statistics.Means[norm];

    internal Tensor Variance(int norm) => statistics.Variances[norm];

    /// <summary>True when batch norms use the batch's own statistics.</summary>
    public bool Training => mode == NormMode.Batch;
}
