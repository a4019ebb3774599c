using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Which actors of this node watch which of others. Watches are told again and again, since messages may be lost.</summary>
internal sealed class RemoteWatches
{
    private readonly Dictionary<RemoteRef, HashSet<ActorRef>> watchers = [];
    private readonly Lock gate = new();

    public void Add(RemoteRef watched, ActorRef watcher)
    {
        lock (gate)
        {
            if (!watchers.TryGetValue(watched, out var all))
                watchers[watched] = all = [];
            all.Add(watcher);
        }
    }

    public void Remove(RemoteRef watched, ActorRef watcher)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(watched, out var all) && all.Remove(watcher) && all.Count == 0)
                watchers.Remove(watched);
        }
    }

    public IReadOnlyList<(RemoteRef Watched, ActorRef Watcher)> All()
    {
        lock (gate)
            return [.. watchers.SelectMany(pair => pair.Value.Select(watcher => (pair.Key, watcher)))];
    }

    /// <summary>A node is gone: so are its actors.</summary>
    public void End(Node node)
    {
        foreach (var (watched, watcher) in All().Where(watch => watch.Watched.Home == node))
        {
            Remove(watched, watcher);
            watcher.Signal(new Terminated(watched));
        }
    }
}
