using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>The cluster as one node sees it. <see cref="SimMembership"/> changes that view; subscribers hear of each change.</summary>
internal sealed class SimCluster(SimEngine engine, SimNetwork network) : ICluster
{
    private readonly List<Node> members = [engine.Node];
    private readonly HashSet<Node> unreachable = [], removed = [];
    private readonly Subscribers subscribers = new();

    public Node Self => engine.Node;

    public bool IsConnected => network.IsConnected(engine);

    public IReadOnlyList<Node> Members => [.. members];

    public void Subscribe(IActorRef subscriber)
    {
        var actor = subscribers.Add(subscriber);
        foreach (var node in members)
            actor.Tell(new MemberUp(node));
        foreach (var node in members.Where(unreachable.Contains))
            actor.Tell(new MemberUnreachable(node));
    }

    public IActorRef Resolve(Node node, string path) =>
        node == Self ? new PathRef(engine.Local, path) : engine.Remoting.Resolve(node, path);

    public bool Knows(Node node) => members.Contains(node);

    /// <summary>What such a node still sends isn't heard here.</summary>
    public bool HasRemoved(Node node) => removed.Contains(node);

    public bool IsUnreachable(Node node) => unreachable.Contains(node);

    /// <summary>It was removed, or never was.</summary>
    public bool IsGone(Node node) => removed.Contains(node) || network.Find(node) is null;

    public void Up(Node node)
    {
        members.Add(node);
        subscribers.Tell(new MemberUp(node));
    }

    public void Unreachable(Node node)
    {
        unreachable.Add(node);
        subscribers.Tell(new MemberUnreachable(node));
    }

    public void Reachable(Node node)
    {
        unreachable.Remove(node);
        subscribers.Tell(new MemberReachable(node));
    }

    public void Remove(Node node)
    {
        members.Remove(node);
        unreachable.Remove(node);
        removed.Add(node);
        subscribers.Tell(new MemberRemoved(node));
        engine.Remoting.EndWatches(node);
    }
}
