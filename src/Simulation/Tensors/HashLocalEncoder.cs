using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>Two models of hashes: the run's state, and the copy that the local steps change.</summary>
public sealed class HashLocalEncoder : ILocalEncoder
{
    private readonly HashEncoder model, copy;

    /// <param name="beforeBackward">Called on the device's thread.</param>
    /// <param name="reached">Is told each state that this replica gets into.</param>
    /// <param name="lacked">As <see cref="HashEncoder.Lacked"/>.</param>
    public HashLocalEncoder(Action<ulong>? beforeBackward = null, Action<ulong[]>? reached = null, Action<ulong>? lacked = null) =>
        (model, copy) = (new HashEncoder { Reached = reached, Lacked = lacked }, new HashEncoder { BeforeBackward = beforeBackward });

    public void Initialise() => model.Initialise();

    public void Restore(IReadOnlyList<SafeTensor> state) => model.Restore(state);

    public TensorBundle Snapshot() => model.Snapshot();

    public void Begin(long batchesBefore)
    {
        var begin = Held(model);
        begin[0] = HashBundle.Hash(begin[0], (ulong)batchesBefore);
        using HashBundle bundle = new(begin);
        copy.Restore(bundle.Entries());
    }

    public Encoded Encode(TensorBundle views, bool keepGraph) => copy.Encode(views, keepGraph);

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share) => copy.Backward(encoded, gradient, share);

    public void Advance(TensorBundle gradient) => copy.Apply(gradient);

    public TensorBundle Outcome(double share)
    {
        var (before, after, weight) = (Held(model), Held(copy), BitConverter.DoubleToUInt64Bits(share));
        return new HashBundle(
            HashBundle.Hash(after[0], weight), HashBundle.Hash(after[1], after[2], weight), after[4] - before[4], after[5] - before[5], before[3]);
    }

    public void Apply(TensorBundle sum) => model.Apply(sum);

    public void Dispose()
    {
        model.Dispose();
        copy.Dispose();
    }

    private static ulong[] Held(HashEncoder encoder)
    {
        using var snapshot = encoder.Snapshot();
        return [.. HashBundle.Of(snapshot)];
    }
}
