using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>
/// A model of hashes: [parameters, batch-norm statistics, EMA copy, steps, mark and number of the samples seen]. The hooks are
/// called on the device's thread; faults are injected there, and every state is looked at.
/// </summary>
public sealed class HashEncoder : IEncoder
{
    private ulong[] held = [];

    public Action<ulong>? BeforeEncode { get; init; }

    public Action<ulong>? BeforeBackward { get; init; }

    /// <summary>Is told each state that this replica gets into.</summary>
    public Action<ulong[]>? Reached { get; init; }

    /// <summary>Is told of each sum that is applied how many commits the oldest parameters that it was computed on lacked.</summary>
    public Action<ulong>? Lacked { get; init; }

    public void Initialise() => Become([7, 8, 9, 0, 0, 0]);

    public void Restore(IReadOnlyList<SafeTensor> state) => Become(HashBundle.Read(state));

    public TensorBundle Snapshot() => new HashBundle([.. held]);

    public Encoded Encode(TensorBundle views, bool keepGraph)
    {
        BeforeEncode?.Invoke(held[0]);
        var v = HashBundle.Of(views);
        var z = HashBundle.Hash(held[0], held[1], v[0]);
        return new Encoded(new HashBundle(z, HashBundle.Hash(held[2], v[0])), keepGraph ? new HashBundle(z, held[0], v[1], v[2], held[3]) : null);
    }

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share)
    {
        BeforeBackward?.Invoke(held[0]);
        var graph = ((HashBundle)encoded.Graph!).Values;
        if (graph[1] != held[0])
            throw new InvalidOperationException("The parameters have changed since the views were encoded.");
        var weight = BitConverter.DoubleToUInt64Bits(share);
        return new HashBundle(
            HashBundle.Hash(graph[0], graph[1], HashBundle.Of(gradient)[0], weight), HashBundle.Hash(graph[0], weight), graph[2], graph[3], graph[4]);
    }

    public void Apply(TensorBundle sum)
    {
        var g = HashBundle.Of(sum);
        var parameters = HashBundle.Hash(held[0], g[0]);
        Lacked?.Invoke(held[3] - g[4]);
        Become([parameters, HashBundle.Hash(held[1], g[1]), HashBundle.Hash(held[2], parameters), held[3] + 1, held[4] + g[2], held[5] + g[3]]);
    }

    public void Dispose()
    {
    }

    private void Become(ulong[] next)
    {
        held = next;
        Reached?.Invoke(next);
    }
}
