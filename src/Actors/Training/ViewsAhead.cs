using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>Views of the next step's shards, asked for while this one's are encoded: all the prefetching there is.</summary>
internal sealed class ViewsAhead
{
    private readonly Dictionary<(long Step, int Shard), (IActorRef Data, TensorBundle? Views)> asked = [];

    /// <summary>False: they were asked for before.</summary>
    public bool TryAsk(long step, int shard, IActorRef data) => asked.TryAdd((step, shard), (data, null));

    /// <summary>Takes over what was asked for, once.</summary>
    public bool TryKeep(Views views)
    {
        if (!asked.TryGetValue((views.Step, views.Shard), out var ask) || ask.Views is not null)
            return false;
        asked[(views.Step, views.Shard)] = (ask.Data, views.Bundle);
        return true;
    }

    /// <summary>False: <paramref name="data"/>, who is to make them now, wasn't asked. The views are the caller's; null: they are on their way.</summary>
    public bool TryTake(long step, int shard, IActorRef data, out TensorBundle? views)
    {
        var isAsked = asked.Remove((step, shard), out var ask);
        views = ask.Views;
        return isAsked && (views is not null || data.Equals(ask.Data));
    }

    /// <summary>Null: of every step.</summary>
    public void DropAllBut(long? step)
    {
        foreach (var other in asked.Keys.Where(k => k.Step != step).ToArray())
        {
            asked.Remove(other, out var ask);
            ask.Views?.Dispose();
        }
    }
}
