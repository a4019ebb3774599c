using Kindred.Data.Formats;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Training;

/// <summary>Two hash chains: the state, and the copy that the local steps change.</summary>
internal sealed class HashLocalEncoder : ILocalEncoder
{
    private readonly HashEncoder state = new(), copy;

    public HashLocalEncoder(Action<ulong>? beforeBackward = null) => copy = new HashEncoder { BeforeBackward = beforeBackward };

    public void Initialise() => state.Initialise();

    public void Restore(IReadOnlyList<SafeTensor> saved) => state.Restore(saved);

    public TensorBundle Snapshot() => state.Snapshot();

    public void Begin(long batchesBefore)
    {
        copy.Restore(state.Snapshot().Entries());
        copy.Apply(new HashBundle((ulong)batchesBefore));
    }

    public Encoded Encode(TensorBundle views, bool keepGraph) => copy.Encode(views, keepGraph);

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share) => copy.Backward(encoded, gradient, share);

    public void Advance(TensorBundle gradient) => copy.Apply(gradient);

    public TensorBundle Outcome(double share) =>
        new HashBundle(HashBundle.Hash(HashBundle.Of(copy.Snapshot())[0], BitConverter.DoubleToUInt64Bits(share)));

    public void Apply(TensorBundle sum) => state.Apply(sum);

    public void Dispose()
    {
    }

    /// <summary>The same run in a plain loop.</summary>
    public static (ulong Model, ulong Bank) Reference(EpochPlan batches, EpochPlan rounds, int shards, long steps)
    {
        using HashLocalEncoder encoder = new();
        using HashContrast contrast = new(needsWholeBatch: false);
        encoder.Initialise();
        contrast.Initialise();
        for (var step = 1L; step <= steps; step++)
        {
            var (first, count) = rounds.Batches(step);
            SortedDictionary<(long Batch, int Shard), TensorBundle> rows = [];
            TreeSum<TensorBundle> sum = new(shards);
            for (var s = 0; s < shards; s++)
            {
                encoder.Begin(first - 1);
                for (var batch = first; batch < first + count; batch++)
                {
                    var encoded = encoder.Encode(new HashViews(batches).Views(batch, s), keepGraph: true);
                    var answer = contrast.Answer(batch, s, [encoded.Projections]);
                    rows.Add((batch, s), answer.Rows!);
                    encoder.Advance(encoder.Backward(encoded, answer.Gradients[0], 1));
                }

                var images = Enumerable.Range(0, count).Sum(i => batches.Shard(first + i, s).Length);
                var next = sum.Leaf(s, encoder.Outcome((double)images / rounds.Batch(step).Length));
                while (next is not null)
                    next = sum.Offer(next.Low, next.High, new HashSum().Add(next.Left, next.Right));
            }

            encoder.Apply(sum.Root!);
            contrast.Advance([.. rows.Values]);
        }

        return (HashBundle.Of(encoder.Snapshot())[0], HashBundle.Of(contrast.Snapshot())[0]);
    }
}
