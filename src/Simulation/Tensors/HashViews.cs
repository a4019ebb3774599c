using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>A shard's views: [hash of its samples in order, their <see cref="Mark"/>, how many].</summary>
public sealed class HashViews(EpochPlan plan) : IViewSource
{
    public TensorBundle Views(long step, int shard)
    {
        var samples = plan.Shard(step, shard).ToArray();
        return new HashBundle(
            HashBundle.Hash([(ulong)step, .. samples.Select(id => (ulong)id)]), Mark(samples), (ulong)samples.Length);
    }

    /// <summary>A sum over samples that, unlike a hash, doesn't depend on their order: it says which ones were counted, and how often.</summary>
    public static ulong Mark(ReadOnlySpan<int> samples)
    {
        var mark = 0UL;
        foreach (var sample in samples)
            mark += HashBundle.Hash((ulong)sample);
        return mark;
    }
}

/// <summary>
/// What shards send: [gradient, batch-norm moments, mark of the samples, how many, steps of the parameters that it was computed on].
/// Only the last three commute.
/// </summary>
public sealed class HashSum : ISum
{
    public TensorBundle Add(TensorBundle a, TensorBundle b)
    {
        using (a)
        using (b)
        {
            var (x, y) = (HashBundle.Of(a), HashBundle.Of(b));
            return new HashBundle(HashBundle.Hash(x[0], y[0]), HashBundle.Hash(x[1], y[1]), x[2] + y[2], x[3] + y[3], Math.Min(x[4], y[4]));
        }
    }

    public bool IsFinite(TensorBundle sum) => true;
}

public sealed class HashEvaluation : IEvaluation
{
    public EvaluationResult Evaluate(TensorBundle state)
    {
        var accuracy = HashBundle.Of(state)[0] % 1000 / 1000.0;
        return new EvaluationResult(accuracy, accuracy, 1, 1);
    }
}
