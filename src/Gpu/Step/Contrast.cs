using Kindred.Data.Formats;
using Kindred.Data.Sampling;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>The keeper's objective over the shards of a step; which samples those are follows from the plan.</summary>
/// <param name="untrained">Makes the objective with an empty bank.</param>
/// <param name="ownNegatives">The batch whose images are one another's negatives, and over which the loss is a mean, is one shard (async, local).</param>
/// <param name="start">fnc.start, the first epoch in which detections are cancelled; before it they are measured every 10th step.</param>
public sealed class Contrast(
    Func<Objective> untrained, ContrastOptions options, EpochPlan plan, bool ownNegatives, int start, int threads, Device device) : IContrast
{
    private const int MeasureEvery = 10;
    private Objective objective = untrained();

    public bool NeedsWholeBatch => !ownNegatives && NegativesSpanShards;

    private bool NegativesSpanShards => options.Negatives != NegativeSource.Bank || options.BankCurrent;

    public void Initialise()
    {
        objective.Dispose();
        objective = untrained();
    }

    public void Restore(IReadOnlyList<SafeTensor> state)
    {
        using var scope = NewDisposeScope();
        try
        {
            objective.Restore(state.ToDictionary(s => s.Name, s => state.ToTensor(s.Name), StringComparer.Ordinal));
        }
        catch (ContrastException another)
        {
            throw new InvalidDataException(another.Message, another);
        }
    }

    public TensorBundle Snapshot() => new TorchBundle([.. objective.State().Select(s => (s.Key, s.Value))]);

    public ContrastAnswer Answer(long step, int firstShard, IReadOnlyList<TensorBundle> projections)
    {
        TorchExtra.SetThreads(threads);
        using var scope = NewDisposeScope();
        var shards = projections.Cast<TorchBundle>().ToArray();
        var z = cat([.. shards.Select(s => s["z"].to(device))], 1);
        var keys = shards[0].Find("keys") is null ? null : cat([.. shards.Select(s => s["keys"].to(device))], 1);
        var ids = Enumerable.Range(firstShard, shards.Length).SelectMany(s => plan.Shard(step, s).ToArray()).Select(id => (long)id).ToArray();
        var cancel = options.Mode != CancelMode.None && plan.Locate(step).Epoch >= start;
        var images = ownNegatives ? ids.Length : plan.Batch(step).Length;
        using var result = objective.Compute(z, keys, ids, step, images, cancel, measure: (step - 1) % MeasureEvery == 0);
        var sizes = shards.Select(s => s["z"].shape[1]).ToArray();
        var gradients = result.Gradient.split(sizes, 1).Select(g => (TensorBundle)new TorchBundle(("dz", g.contiguous()))).ToArray();
        return new ContrastAnswer(gradients, result.Loss, result.Stats, Rows(result.Delta));
    }

    public void Advance(IReadOnlyList<TensorBundle> rows)
    {
        if (rows.Count == 0)
            return;
        using var scope = NewDisposeScope();
        foreach (var batch in rows.Cast<TorchBundle>().Select(Delta).GroupBy(d => d.Step))
            objective.Advance(BankDelta.Concat([.. batch]));
    }

    public void Dispose() => objective.Dispose();

    private static TorchBundle? Rows(BankDelta? delta) => delta is null ? null : new TorchBundle(
        ("keys", delta.Keys.alias()), ("ids", tensor(delta.Ids)), ("views", tensor(delta.Views)), ("step", tensor(new[] { delta.Step })));

    private static BankDelta Delta(TorchBundle rows) => new(
        rows["keys"], rows["ids"].data<long>().ToArray(), rows["views"].data<int>().ToArray(), rows["step"].item<long>());
}
