using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>Views of the next step's shards, asked for while this one's are encoded: all the prefetching there is.</summary>
internal sealed class ViewsAhead
{
    private readonly Dictionary<(long Step, int Shard), TensorBundle?> asked = [];

    /// <summary>False: they were asked for before.</summary>
    public bool TryAsk(long step, int shard) => asked.TryAdd((step, shard), null);

    /// <summary>Takes over what was asked for, once.</summary>
    public bool TryKeep(Views views)
    {
        var isAwaited = asked.TryGetValue((views.Step, views.Shard), out var earlier) && earlier is null;
        if (isAwaited)
            asked[(views.Step, views.Shard)] = views.Bundle;
        return isAwaited;
    }

    /// <summary>False: nobody asked. The views are the caller's; null: they are on their way.</summary>
    public bool TryTake(long step, int shard, out TensorBundle? views) => asked.Remove((step, shard), out views);

    /// <summary>Null: of every step.</summary>
    public void DropAllBut(long? step)
    {
        foreach (var other in asked.Keys.Where(k => k.Step != step).ToArray())
        {
            asked.Remove(other, out var views);
            views?.Dispose();
        }
    }
}
