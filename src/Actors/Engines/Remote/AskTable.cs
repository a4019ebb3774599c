using System.Collections.Concurrent;
using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>Asks of this node whose question went to another one, until they end.</summary>
internal sealed class AskTable
{
    public const string Suffix = "#ask";

    private readonly ConcurrentDictionary<long, ActorRef> asks = new();

    public void Add(ActorRef actor)
    {
        if (actor is IAsk ask && asks.TryAdd(actor.Incarnation, actor))
            _ = RemoveAsync(ask, actor.Incarnation);
    }

    public ActorRef? Find(string path, long life) =>
        asks.TryGetValue(life, out var ask) && ask.Path == path ? ask : null;

    private async Task RemoveAsync(IAsk ask, long life)
    {
        await ask.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        asks.TryRemove(life, out _);
    }
}
