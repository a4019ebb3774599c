using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.RabbitMq;

internal enum NoticeKind
{
    /// <summary>The node lives and is reached at the address.</summary>
    Heartbeat,

    /// <summary>The node has left by itself.</summary>
    Left,

    /// <summary>The node was given up; <see cref="Notice.Known"/> is the latest incarnation of its name.</summary>
    Removed,
}

/// <summary>What nodes tell one another about members.</summary>
/// <param name="Address">The queue of the node's present connection.</param>
/// <param name="Sent">When, by the sender's own clock.</param>
internal sealed record Notice(NoticeKind Kind, Node Node, string Address, long Known = 0, TimeSpan Sent = default);
