using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>A keeper of hashes: [hash of the bank, policy's state, steps, rows of the bank, oldest first]. Every answer depends on all of it.</summary>
/// <param name="length">Of the bank, in rows.</param>
public sealed class HashContrast(bool needsWholeBatch, int length = HashContrast.DefaultLength) : IContrast
{
    public const int DefaultLength = 32;
    private readonly Queue<ulong> held = new();
    private ulong policy, steps;

    public Action<long>? BeforeAnswer { get; init; }

    /// <summary>Is told each state that this replica gets into.</summary>
    public Action<ulong[]>? Reached { get; init; }

    public bool NeedsWholeBatch => needsWholeBatch;

    public void Initialise() => Become(11, 0, []);

    public void Restore(IReadOnlyList<SafeTensor> state)
    {
        var values = HashBundle.Read(state);
        Become(values[1], values[2], values[3..]);
    }

    public TensorBundle Snapshot() => new HashBundle(State());

    public ContrastAnswer Answer(long step, int firstShard, IReadOnlyList<TensorBundle> projections)
    {
        BeforeAnswer?.Invoke(step);
        var all = HashBundle.Hash([Bank(), policy, .. projections.SelectMany(HashBundle.Of)]);
        var gradients = projections.Select((_, i) => (TensorBundle)new HashBundle(HashBundle.Hash(all, (ulong)(firstShard + i)))).ToArray();
        var keys = projections.Select(p => HashBundle.Of(p)[1]).ToArray();
        return new ContrastAnswer(gradients, Loss(all % 1000 / 1000.0), null, new HashBundle(keys));
    }

    public void Advance(IReadOnlyList<TensorBundle> rows)
    {
        ulong[] keys = [.. rows.SelectMany(HashBundle.Of)];
        Become(HashBundle.Hash([policy, .. keys]), steps + 1, [.. held, .. keys]);
    }

    public void Dispose()
    {
    }

    private ulong Bank() => HashBundle.Hash([.. held]);

    private ulong[] State() => [HashBundle.Hash(Bank(), policy), policy, steps, .. held];

    private void Become(ulong nextPolicy, ulong nextSteps, ulong[] nextRows)
    {
        (policy, steps) = (nextPolicy, nextSteps);
        held.Clear();
        foreach (var row in nextRows.Skip(Math.Max(0, nextRows.Length - length)))
            held.Enqueue(row);
        Reached?.Invoke(State());
    }

    /// <summary>Half of them as a CPU has it, at once; the others are computed when they are read, as on a GPU.</summary>
    private static Lazy<double> Loss(double value) => value < 0.5 ? new Lazy<double>(value) : new Lazy<double>(() => value);
}
