using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>
/// Who is in the cluster, as one node sees it: a pure state machine that is told what happened and when, and says what changed.
/// It trusts what it sees of others only while it hears its own heartbeats come back from the broker.
/// </summary>
internal sealed class Membership(Node self, MembershipOptions options)
{
    private readonly SortedDictionary<string, Peer> peers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> latest = new(StringComparer.Ordinal) { [self.Name] = self.Incarnation };
    private readonly List<object> changes = [];
    private readonly List<Notice> replies = [];
    private TimeSpan? heardSelf, listensSince;
    private int listened;
    private bool hasListened;
    private (Node Node, TimeSpan Sent, TimeSpan At)? heardNamesake;

    /// <summary>Its own connection is up, and carries.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Another node of this name, which lives: it would be removed if this one, for its next life, were heard.</summary>
    public Node? Namesake { get; private set; }

    /// <summary>Set once the others have removed this node: the latest incarnation that they know of its name.</summary>
    public long? OwnRemoval { get; private set; }

    public IReadOnlyList<Node> Members => [self, .. peers.Values.Select(peer => peer.Node)];

    public IReadOnlyList<Node> Unreachable => [.. peers.Values.Where(peer => peer.UnreachableSince is not null).Select(peer => peer.Node)];

    /// <summary>Where a member is reached; null: it isn't one.</summary>
    public string? AddressOf(Node node) => Find(node)?.Address;

    /// <summary>It was a member, or a later start of the same name is or was one.</summary>
    public bool IsRemoved(Node node) => node != self && Find(node) is null && latest.TryGetValue(node.Name, out var newest) && newest >= node.Incarnation;

    /// <summary>The <paramref name="count"/> peers that follow this node in the order of names, around the end.</summary>
    public IReadOnlyList<string> Successors(int count)
    {
        var ring = peers.Values.ToList();
        var first = ring.FindIndex(peer => string.CompareOrdinal(peer.Node.Name, self.Name) > 0);
        return [.. Enumerable.Range(Math.Max(first, 0), Math.Min(count, ring.Count)).Select(i => ring[i % ring.Count].Address)];
    }

    /// <summary>MemberUp, MemberUnreachable, MemberReachable and MemberRemoved since the last call, in order.</summary>
    public IReadOnlyList<object> TakeChanges() => Take(changes);

    /// <summary>What to tell the others.</summary>
    public IReadOnlyList<Notice> TakeReplies() => Take(replies);

    /// <summary>The longest that a node that lives isn't heard.</summary>
    private TimeSpan LongestPause => options.HeartbeatPeriod + options.AcceptablePause;

    /// <summary>
    /// Another heartbeat's time over one connection has passed. Whether this node may say that it lives: once it has listened for another of
    /// its name for as long as that may pause, and as long again after one heartbeat, which may be the last one of a node that died.
    /// </summary>
    public bool Listen(TimeSpan now)
    {
        listensSince ??= now;
        listened++; // a process that stood still hasn't listened meanwhile
        hasListened |= Namesake is null && now - listensSince >= LongestPause && listened > LongestPause / options.HeartbeatPeriod
            && (heardNamesake is not { } heard || now - heard.At > LongestPause);
        return hasListened;
    }

    public void Hear(Notice notice, TimeSpan now)
    {
        var (kind, node, address, known, sent) = notice;
        if (kind == NoticeKind.Removed && node == self)
            OwnRemoval ??= Math.Max(known, self.Incarnation);
        else if (kind == NoticeKind.Heartbeat && node == self)
            heardSelf = sent; // not now: a heartbeat that lay in a buffer while this process was paused is old
        else if (kind == NoticeKind.Heartbeat && !hasListened && node.Name == self.Name)
            HearNamesake(node, sent, now);
        else if (kind == NoticeKind.Heartbeat && node.Name == self.Name && node.Incarnation > self.Incarnation)
            OwnRemoval ??= node.Incarnation;
        else if (kind == NoticeKind.Heartbeat && IsRemoved(node))
            replies.Add(new Notice(NoticeKind.Removed, node, "", latest[node.Name]));
        else if (kind == NoticeKind.Heartbeat)
            HearHeartbeat(node, address, now);
        else if (kind is NoticeKind.Left or NoticeKind.Removed && Find(node) is { } peer)
            Remove(peer);
    }

    /// <summary>
    /// A message to this address came back: the queue is gone, so the connection of its owner has ended; or, as long as the owner hasn't been heard
    /// since this node's own connection is back, the broker was restarted, and the owner is on its way.
    /// </summary>
    public void MissQueue(string address, TimeSpan now)
    {
        if (peers.Values.FirstOrDefault(peer => peer.Address == address) is not { } peer)
            return;
        peer.GoneSince ??= now;
        if (IsConnected && peer.HeardSinceStart)
            BeUnreachable(peer, now);
    }

    /// <summary>The connection has ended; what others do is unknown until it is back.</summary>
    public void Disconnect()
    {
        heardSelf = null;
        (listensSince, listened) = (null, 0);
        IsConnected = false;
    }

    /// <summary>Time has passed.</summary>
    public void Tick(TimeSpan now)
    {
        var carries = heardSelf is { } heard && now - heard <= options.OwnSilence;
        if (carries && !IsConnected)
        {
            foreach (var peer in peers.Values)
                peer.StartAfresh(now);
        }

        IsConnected = carries;
        if (!carries)
            return;
        foreach (var peer in peers.Values.ToList())
        {
            if (peer.Detector.Phi(now) > options.PhiThreshold)
                BeUnreachable(peer, now);
            if (now - peer.GoneSince > (peer.HeardSinceStart ? options.GoneTime : options.RemovalTime)
                || now - peer.UnreachableSince > options.RemovalTime)
                GiveUp(peer);
        }
    }

    private void HearNamesake(Node node, TimeSpan sent, TimeSpan now)
    {
        if (heardNamesake is { } heard && heard.Node == node && heard.Sent != sent)
            Namesake = node;
        heardNamesake = (node, sent, now);
    }

    private void HearHeartbeat(Node node, string address, TimeSpan now)
    {
        if (Find(node) is not { } peer)
        {
            if (peers.TryGetValue(node.Name, out var predecessor))
                Remove(predecessor);
            peer = peers[node.Name] = new Peer(node, address, new PhiAccrualDetector(options.HeartbeatPeriod, options.AcceptablePause));
            latest[node.Name] = node.Incarnation;
            changes.Add(new MemberUp(node));
        }

        if (peer.Address != address)
            peer.StartAfresh(now);
        peer.Hear(address, now);
        if (peer.UnreachableSince is null || peer.GoneSince is not null)
            return;
        peer.UnreachableSince = null;
        changes.Add(new MemberReachable(node));
    }

    private void BeUnreachable(Peer peer, TimeSpan now)
    {
        if (peer.UnreachableSince is not null)
            return;
        peer.UnreachableSince = now;
        changes.Add(new MemberUnreachable(peer.Node));
    }

    private void GiveUp(Peer peer)
    {
        Remove(peer);
        replies.Add(new Notice(NoticeKind.Removed, peer.Node, "", peer.Node.Incarnation));
    }

    private void Remove(Peer peer)
    {
        peers.Remove(peer.Node.Name);
        changes.Add(new MemberRemoved(peer.Node));
    }

    private Peer? Find(Node node) => peers.TryGetValue(node.Name, out var peer) && peer.Node == node ? peer : null;

    private static T[] Take<T>(List<T> list)
    {
        T[] taken = [.. list];
        list.Clear();
        return taken;
    }
}
