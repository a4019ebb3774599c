namespace Kindred.Gpu.Step;

/// <summary>
/// A binary tree over the shard numbers 0 … S−1 that says which two partial sums may be added next. Its shape depends on S alone:
/// the node over [low, high) splits in the middle, so the floating-point sum is the same in whatever order the shards arrive.
/// </summary>
public sealed class TreeSum<T>(int shards)
    where T : class
{
    private readonly Dictionary<(int Low, int High), T> waiting = [];

    /// <summary>The sum over all shards, once it is complete.</summary>
    public T? Root { get; private set; }

    /// <summary>Hands in a shard's leaf, or the sum of a node; returns the next addition that it makes possible, if any.</summary>
    public Addition<T>? Offer(int low, int high, T value)
    {
        if (low == 0 && high == shards)
        {
            Root = value;
            return null;
        }

        var (parentLow, parentHigh) = Parent(low, high);
        var sibling = low == parentLow ? (high, parentHigh) : (parentLow, low);
        if (!waiting.Remove(sibling, out var other))
        {
            waiting.Add((low, high), value);
            return null;
        }

        return low == parentLow ? new(parentLow, parentHigh, value, other) : new(parentLow, parentHigh, other, value);
    }

    /// <summary>Adds these leaves, of all shards in order.</summary>
    public T Over(IReadOnlyList<T> leaves, Func<T, T, T> add)
    {
        for (var shard = 0; shard < shards; shard++)
            for (var next = Offer(shard, shard + 1, leaves[shard]); next is not null; next = Offer(next.Low, next.High, add(next.Left, next.Right)))
                continue;
        return Root!;
    }

    /// <summary>The largest node with this shard all of whose shards are <paramref name="among"/> these.</summary>
    public (int Low, int High) NodeOf(int shard, Func<int, bool> among)
    {
        var (low, high) = (0, shards);
        while (high - low > 1 && !Enumerable.Range(low, high - low).All(among))
        {
            var middle = low + (high - low + 1) / 2;
            (low, high) = shard < middle ? (low, middle) : (middle, high);
        }

        return (low, high);
    }

    /// <summary>Partial sums that nothing has taken yet.</summary>
    public IEnumerable<T> Drain()
    {
        var values = waiting.Values.ToArray();
        waiting.Clear();
        return values;
    }

    private (int Low, int High) Parent(int low, int high)
    {
        var (parentLow, parentHigh) = (0, shards);
        while (true)
        {
            var middle = parentLow + (parentHigh - parentLow + 1) / 2;
            if ((low, high) == (parentLow, middle) || (low, high) == (middle, parentHigh))
                return (parentLow, parentHigh);
            if (high <= middle)
                parentHigh = middle;
            else if (low >= middle)
                parentLow = middle;
            else
                throw new ArgumentOutOfRangeException(nameof(low), $"[{low}, {high}) is no node of the tree over {shards} shards.");
        }
    }
}

/// <summary>left + right gives the node over the shards low … high − 1.</summary>
public sealed record Addition<T>(int Low, int High, T Left, T Right);
