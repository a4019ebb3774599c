using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>Which actors of this node watch which of others, in the order in which they began.</summary>
internal sealed class RemoteWatches
{
    private readonly List<(RemoteRef Watched, ActorRef Watcher)> watches = [];
    private readonly Lock gate = new();

    public void Add(RemoteRef watched, ActorRef watcher)
    {
        lock (gate)
        {
            if (!watches.Contains((watched, watcher)))
                watches.Add((watched, watcher));
        }
    }

    public void Remove(RemoteRef watched, ActorRef watcher)
    {
        lock (gate)
            watches.Remove((watched, watcher));
    }

    public IReadOnlyList<(RemoteRef Watched, ActorRef Watcher)> All()
    {
        lock (gate)
            return [.. watches];
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
