using Kindred.Actors.Messaging;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>The cluster as one node sees it. <see cref="Membership"/> changes that view; subscribers hear of each change.</summary>
internal sealed class SimCluster(SimEngine engine, Func<SimEngine, bool> isConnected, Func<Node, SimEngine?> find) : ICluster
{
    private readonly List<Node> members = [engine.Options.Node];
    private readonly HashSet<Node> unreachable = [], removed = [];
    private readonly List<IActorRef> subscribers = [];
    private readonly List<Watch> watches = [];

    public Node Self => engine.Options.Node;

    public bool IsConnected => isConnected(engine);

    public IReadOnlyList<Node> Members => [.. members];

    public void Subscribe(IActorRef subscriber)
    {
        subscribers.Add(subscriber);
        foreach (var node in members)
            subscriber.Tell(new MemberUp(node));
        foreach (var node in unreachable)
            subscriber.Tell(new MemberUnreachable(node));
    }

    public IActorRef Resolve(Node node, string path) =>
        find(node) is { } other ? new SimRef(other, path) : new NobodyRef(engine, path);

    public bool Knows(Node node) => members.Contains(node);

    /// <summary>What such a node still sends isn't heard here.</summary>
    public bool HasRemoved(Node node) => removed.Contains(node);

    public bool IsUnreachable(Node node) => unreachable.Contains(node);

    public void Up(Node node)
    {
        members.Add(node);
        Say(new MemberUp(node));
    }

    public void Unreachable(Node node)
    {
        unreachable.Add(node);
        Say(new MemberUnreachable(node));
    }

    public void Reachable(Node node)
    {
        unreachable.Remove(node);
        Say(new MemberReachable(node));
    }

    public void Remove(Node node)
    {
        members.Remove(node);
        unreachable.Remove(node);
        removed.Add(node);
        Say(new MemberRemoved(node));
        foreach (var watch in watches.Where(w => w.Watched.Engine.Options.Node == node).ToArray())
        {
            watches.Remove(watch);
            watch.Watcher.Signal(new Terminated(watch.Watched));
        }
    }

    /// <summary>An actor here watches one of another node: it hears of that node's removal, also when that was before.</summary>
    public void Watched(Watch watch)
    {
        if (removed.Contains(watch.Watched.Engine.Options.Node))
            watch.Watcher.Signal(new Terminated(watch.Watched));
        else
            watches.Add(watch);
    }

    private void Say(object change)
    {
        subscribers.RemoveAll(s => engine.Living(((SimRef)s).LocalPath) != s);
        foreach (var subscriber in subscribers)
            ((SimRef)subscriber).Deliver(new Envelope(change, null, default));
    }
}
