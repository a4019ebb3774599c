namespace Kindred.Actors.Messaging;

/// <summary>The nodes that run the job together; a local engine is a cluster of one.</summary>
public interface ICluster
{
    Node Self { get; }

    /// <summary>
    /// False while this node is cut off from the others (its own connection is down or blocked). What it sees of them is old then: it suspects
    /// nobody, and claims nothing. A cluster of one is always connected.
    /// </summary>
    bool IsConnected { get; }

    /// <summary>All members as this node sees them now, itself among them.</summary>
    IReadOnlyList<Node> Members { get; }

    /// <summary>Sends a <see cref="MemberUp"/> per present member at once, then each change, until the subscriber stops or restarts.</summary>
    void Subscribe(IActorRef subscriber);

    /// <summary>
    /// Whatever lives at a path (<c>/training/keeper</c>) of this incarnation of a node when a message gets there; where nothing does,
    /// messages become dead letters. It differs from the refs of the actors that live there.
    /// </summary>
    IActorRef Resolve(Node node, string path);
}

/// <summary>
/// One start of a process in the cluster, or its rejoining: the same name with a greater incarnation is a new node. Incarnations are Unix
/// milliseconds of the start, and greater than any known one of that name. Roles: coordinator, data, worker, keeper.
/// </summary>
public sealed record Node(string Name, long Incarnation, IReadOnlyList<string> Roles)
{
    public bool Equals(Node? other) => other is not null && Name == other.Name && Incarnation == other.Incarnation;

    public override int GetHashCode() => HashCode.Combine(Name, Incarnation);
}

public sealed record MemberUp(Node Node);

/// <summary>Heartbeats are missing; the node may come back.</summary>
public sealed record MemberUnreachable(Node Node);

public sealed record MemberReachable(Node Node);

/// <summary>Gone for good; if it lives, it rejoins as a new incarnation.</summary>
public sealed record MemberRemoved(Node Node);

/// <summary>
/// The others have removed this incarnation of the node (after a pause, a partition): its engine has ended with this, and the host starts
/// it anew as one later than <paramref name="known"/>, the latest that they know of that name.
/// </summary>
public sealed class RemovedException(Node node, long known)
    : Exception($"Node {node.Name} ({node.Incarnation}) was removed from the cluster; it may join again as a later incarnation.")
{
    public long KnownIncarnation { get; } = known;
}
