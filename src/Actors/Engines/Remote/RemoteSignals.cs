using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>What one node sends to another.</summary>
internal enum RemoteKind
{
    Message,
    Watch,
    Unwatch,
    Terminated,
    Stop,

    /// <summary>To an ask: the question wasn't delivered, for a reason that is sent along.</summary>
    Undelivered,
}

/// <summary>
/// Signals to and from other nodes. What is lost on the way is said again (watches), or not missed. A node that
/// <paramref name="isGone"/> has no living actors.
/// </summary>
internal sealed class RemoteSignals(Func<Node, bool> isGone, Action<RemoteKind, RemoteRef, IActorRef?> send)
{
    private readonly RemoteWatches watches = new();

    public void Send(RemoteRef to, object signal)
    {
        switch (signal)
        {
            case Watch watch:
                watches.Add(to, watch.Watcher);
                if (isGone(to.Home))
                    watches.End(to.Home);
                send(RemoteKind.Watch, to, watch.Watcher);
                break;
            case Unwatch unwatch:
                watches.Remove(to, unwatch.Watch.Watcher);
                send(RemoteKind.Unwatch, to, unwatch.Watch.Watcher);
                break;
            case Terminated terminated:
                send(RemoteKind.Terminated, to, terminated.Actor);
                break;
            case Stop:
                send(RemoteKind.Stop, to, null);
                break;
        }
    }

    /// <summary>A signal arrives at an actor of this node.</summary>
    /// <param name="from">Of Watch and Unwatch the watcher; of Terminated who has stopped.</param>
    /// <param name="reason">Of Undelivered.</param>
    public void Take(RemoteKind kind, ActorRef to, ActorRef? from, string reason)
    {
        switch (kind)
        {
            case RemoteKind.Watch when from is not null:
                to.Signal(new Watch(from, to));
                break;
            case RemoteKind.Unwatch when from is not null:
                to.Signal(new Unwatch(new Watch(from, to)));
                break;
            case RemoteKind.Terminated when from is RemoteRef watched:
                watches.Remove(watched, to);
                to.Signal(new Terminated(from));
                break;
            case RemoteKind.Stop:
                to.Signal(Stop.Signal);
                break;
            case RemoteKind.Undelivered:
                (to as IUndelivered)?.Undelivered(reason);
                break;
        }
    }

    public void RepeatWatches()
    {
        foreach (var (watched, watcher) in watches.All())
            send(RemoteKind.Watch, watched, watcher);
    }

    /// <summary>A node was removed.</summary>
    public void EndWatches(Node node) => watches.End(node);
}
