using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Kindred.Data.Formats;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Training;

/// <summary>
/// Stands in for torch where the protocol is tested: every "tensor" is a 64-bit hash of what it was computed from, in order, so a
/// sample, shard, addition or commit that is lost, doubled or swapped changes every later bit.
/// </summary>
internal sealed class HashBundle(params ulong[] values) : TensorBundle
{
    private static int live;

    private bool disposed = Count();

    public static int Live => live;

    public ulong[] Values => disposed ? throw new ObjectDisposedException(nameof(HashBundle)) : values;

    public static ulong Hash(params IEnumerable<ulong> parts) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes<ulong>(parts.ToArray()));

    public static ulong[] Of(TensorBundle bundle) => ((HashBundle)bundle).Values;

    public override TensorBundle Share() => new HashBundle(Values);

    public override IReadOnlyList<SafeTensor> Entries() =>
        [new SafeTensor("hash", "I64", [values.Length], MemoryMarshal.AsBytes<ulong>(Values).ToArray())];

    public static ulong[] Read(IReadOnlyList<SafeTensor> state) => MemoryMarshal.Cast<byte, ulong>(state[0].Data.Span).ToArray();

    protected override void Dispose(bool disposing)
    {
        if (!disposed)
            Interlocked.Decrement(ref live);
        disposed = true;
    }

    private static bool Count()
    {
        Interlocked.Increment(ref live);
        return false;
    }
}

internal sealed class HashViews(EpochPlan plan) : IViewSource
{
    public TensorBundle Views(long step, int shard) =>
        new HashBundle(HashBundle.Hash(plan.Shard(step, shard).ToArray().Select(id => (ulong)id).Prepend((ulong)step)));
}

internal sealed class HashSum : ISum
{
    public TensorBundle Add(TensorBundle a, TensorBundle b)
    {
        using (a)
        using (b)
            return new HashBundle(HashBundle.Hash(HashBundle.Of(a)[0], HashBundle.Of(b)[0]));
    }

    public bool IsFinite(TensorBundle sum) => true;
}

/// <summary>State: one hash. Faults are injected by the hooks, on the device's thread.</summary>
internal sealed class HashEncoder : IEncoder
{
    public Action<ulong>? BeforeEncode { get; init; }

    public Action<ulong>? BeforeBackward { get; init; }

    private ulong state;

    public void Initialise() => state = 7;

    public void Restore(IReadOnlyList<SafeTensor> saved) => state = HashBundle.Read(saved)[0];

    public TensorBundle Snapshot() => new HashBundle(state);

    public Encoded Encode(TensorBundle views, bool keepGraph)
    {
        BeforeEncode?.Invoke(state);
        var z = HashBundle.Hash(state, HashBundle.Of(views)[0]);
        return new Encoded(new HashBundle(z), keepGraph ? new HashBundle(z, state) : null);
    }

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share)
    {
        BeforeBackward?.Invoke(state);
        var graph = ((HashBundle)encoded.Graph!).Values;
        return new HashBundle(HashBundle.Hash([.. graph, HashBundle.Of(gradient)[0], BitConverter.DoubleToUInt64Bits(share)]));
    }

    public void Apply(TensorBundle sum) => state = HashBundle.Hash(state, HashBundle.Of(sum)[0]);

    public void Dispose()
    {
    }
}

/// <summary>State: a hash of the rows of all commits, which every answer depends on.</summary>
internal sealed class HashContrast(bool needsWholeBatch) : IContrast
{
    private ulong bank;

    public Action<long>? BeforeAnswer { get; init; }

    public bool NeedsWholeBatch => needsWholeBatch;

    public void Initialise() => bank = 11;

    public void Restore(IReadOnlyList<SafeTensor> saved) => bank = HashBundle.Read(saved)[0];

    public TensorBundle Snapshot() => new HashBundle(bank);

    public ContrastAnswer Answer(long step, int firstShard, IReadOnlyList<TensorBundle> projections)
    {
        BeforeAnswer?.Invoke(step);
        var all = HashBundle.Hash(projections.Select(p => HashBundle.Of(p)[0]).Prepend(bank));
        var gradients = projections.Select((_, i) => (TensorBundle)new HashBundle(HashBundle.Hash(all, (ulong)(firstShard + i)))).ToArray();
        return new ContrastAnswer(gradients, all % 1000 / 1000.0, null, new HashBundle(all));
    }

    public void Advance(IReadOnlyList<TensorBundle> rows) => bank = HashBundle.Hash(rows.Select(r => HashBundle.Of(r)[0]).Prepend(bank));

    public void Dispose()
    {
    }
}

internal sealed class HashEvaluation : IEvaluation
{
    public EvaluationResult Evaluate(TensorBundle state) => new(HashBundle.Of(state)[0] % 1000 / 1000.0, null, 1, 1);
}

/// <summary>The same run in a plain loop: what every run with faults must arrive at.</summary>
internal static class HashReference
{
    public static (ulong Model, ulong Bank) Run(EpochPlan plan, int shards, long steps, bool needsWholeBatch)
    {
        using HashEncoder encoder = new();
        using HashContrast contrast = new(needsWholeBatch);
        encoder.Initialise();
        contrast.Initialise();
        for (var step = 1L; step <= steps; step++)
        {
            var encoded = Enumerable.Range(0, shards).Select(s => encoder.Encode(new HashViews(plan).Views(step, s), keepGraph: true)).ToArray();
            var z = encoded.Select(e => e.Projections).ToArray();
            var answers = needsWholeBatch ? [contrast.Answer(step, 0, z)] : z.Select((p, s) => contrast.Answer(step, s, [p])).ToArray();
            var gradients = answers.SelectMany(a => a.Gradients).ToArray();
            TreeSum<TensorBundle> sum = new(shards);
            for (var s = 0; s < shards; s++)
            {
                var share = (double)plan.Shard(step, s).Length / plan.Batch(step).Length;
                var next = sum.Leaf(s, encoder.Backward(encoded[s], gradients[s], share));
                while (next is not null)
                    next = sum.Offer(next.Low, next.High, new HashSum().Add(next.Left, next.Right));
            }

            encoder.Apply(sum.Root!);
            contrast.Advance([.. answers.Select(a => a.Rows!)]);
        }

        return (HashBundle.Of(encoder.Snapshot())[0], HashBundle.Of(contrast.Snapshot())[0]);
    }
}
