namespace Kindred.Actors.Messaging;

/// <summary>The nodes that run the job together; a local engine is a cluster of one.</summary>
public interface ICluster
{
    Node Self { get; }

    /// <summary>False while this node is cut off from the others: what it sees of them is old, and it must claim nothing.</summary>
    bool IsConnected { get; }

    /// <summary>All members as this node sees them now, itself among them.</summary>
    IReadOnlyList<Node> Members { get; }

    /// <summary>Sends a <see cref="MemberUp"/> per present member at once, then each change, until the subscriber stops or restarts.</summary>
    void Subscribe(IActorRef subscriber);

    /// <summary>The actor at a path (<c>/keeper</c>) of a node; where there is none, messages to it become dead letters.</summary>
    IActorRef Resolve(Node node, string path);
}

/// <summary>One start of a process in the cluster: the same name with a greater incarnation is a new node.</summary>
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
