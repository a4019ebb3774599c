using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// The memory of keys: a ring of rows (key, sample, view, step that wrote it), read newest first. Rows not yet written don't exist.
/// </summary>
public sealed class Bank : IDisposable
{
    private readonly Tensor keys;
    private readonly long[] ids, steps;
    private readonly int[] views;
    private int newest;

    /// <param name="length">Rows at most, ≥ 1.</param>
    /// <param name="width">D, the length of a key.</param>
    public Bank(int length, int width, Device device)
    {
        Length = length;
        keys = zeros([length, width], ScalarType.Float32, device).DetachFromDisposeScope();
        (ids, steps, views) = (new long[length], new long[length], new int[length]);
    }

    public int Length { get; }

    /// <summary>Rows written so far, at most <see cref="Length"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The keys of the newest rows, newest first, as at most two views of the ring.</summary>
    internal IEnumerable<Tensor> Newest(int rows)
    {
        var first = Math.Min(rows, Length - newest);
        if (first > 0)
            yield return keys.narrow(0, newest, first);
        if (rows > first)
            yield return keys.narrow(0, 0, rows - first);
    }

    /// <summary>Sample, view and step of a row; 0 is the newest.</summary>
    internal (long Id, int View, long Step) Row(int age)
    {
        var at = (newest + age) % Length;
        return (ids[at], views[at], steps[at]);
    }

    /// <summary>Adds a step's rows as the newest, the first of them being the newest of all; the oldest rows make room.</summary>
    internal void Push(BankDelta delta)
    {
        var rows = Math.Min(delta.Ids.Length, Length);
        newest = (newest - rows + Length) % Length;
        Count = Math.Min(Count + rows, Length);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var first = Math.Min(rows, Length - newest);
        keys.narrow(0, newest, first).copy_(delta.Keys.narrow(0, 0, first));
        if (rows > first)
            keys.narrow(0, 0, rows - first).copy_(delta.Keys.narrow(0, first, rows - first));
        for (var row = 0; row < rows; row++)
        {
            var at = (newest + row) % Length;
            (ids[at], views[at], steps[at]) = (delta.Ids[row], delta.Views[row], delta.Step);
        }
    }

    /// <summary>A copy of the whole state, bit for bit, for a checkpoint; the caller disposes the tensors.</summary>
    internal Dictionary<string, Tensor> State() => new(StringComparer.Ordinal)
    {
        ["bank.keys"] = TorchExtra.CopyReused(keys),
        ["bank.ids"] = tensor(ids),
        ["bank.views"] = tensor(views),
        ["bank.steps"] = tensor(steps),
        ["bank.ring"] = tensor(new long[] { newest, Count }),
    };

    /// <exception cref="ContrastException">A part is missing, or the bank saved has another length or width.</exception>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        using var off = no_grad();
        Tensor Part(string name, params long[] shape) =>
            !state.TryGetValue(name, out var part) ? throw new ContrastException($"the saved state has no '{name}'")
            : part.shape.SequenceEqual(shape) ? part
            : throw new ContrastException($"'{name}' was saved as [{string.Join(", ", part.shape)}], not [{string.Join(", ", shape)}]");
        keys.copy_(Part("bank.keys", keys.shape));
        Part("bank.ids", Length).data<long>().CopyTo(ids);
        Part("bank.views", Length).data<int>().CopyTo(views);
        Part("bank.steps", Length).data<long>().CopyTo(steps);
        var ring = Part("bank.ring", 2).data<long>().ToArray();
        (newest, Count) = ((int)ring[0], (int)ring[1]);
    }

    public void Dispose() => keys.Dispose();
}
