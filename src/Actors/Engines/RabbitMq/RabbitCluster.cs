using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq.Wire;
using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>The members as this node knows them, kept up to date by its heartbeats and by what others say.</summary>
internal sealed class RabbitCluster(Node self, RabbitOptions options, ILogger log) : ICluster
{
    /// <summary>Peers whose queues this node looks after; in a ring each is looked after by as many.</summary>
    private const int Probed = 4;

    private readonly Membership membership = new(self, options.Membership);
    private readonly Subscribers subscribers = new();
    private readonly Lock gate = new();
    private readonly TaskCompletionSource joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long start = options.Clock.GetTimestamp();
    private volatile bool connected;
    private volatile IReadOnlyList<Node> members = [self];

    public Node Self => self;

    public bool IsConnected => connected;

    public IReadOnlyList<Node> Members => members;

    /// <summary>Completes when this node hears itself in the cluster; fails when the others have removed it, or another node has its name.</summary>
    public Task Joined => joined.Task;

    public required Func<Node, string, IActorRef> MakeRef { get; init; }

    /// <summary>Called outside of all locks.</summary>
    public required Action<Node> OnRemoved { get; init; }

    public required Action<RemovedException> OnOwnRemoval { get; init; }

    public IActorRef Resolve(Node node, string path) => MakeRef(node, path);

    public void Subscribe(IActorRef subscriber)
    {
        lock (gate)
        {
            var actor = subscribers.Add(subscriber);
            foreach (var node in membership.Members)
                actor.Tell(new MemberUp(node));
            foreach (var node in membership.Unreachable)
                actor.Tell(new MemberUnreachable(node));
        }
    }

    public string? AddressOf(Node node)
    {
        lock (gate)
            return membership.AddressOf(node);
    }

    public bool IsRemoved(Node node)
    {
        lock (gate)
            return membership.IsRemoved(node);
    }

    public void Hear(Notice notice) => Change(now => membership.Hear(notice, now));

    public void MissQueue(string address) => Change(now => membership.MissQueue(address, now));

    /// <summary>A heartbeat's time has come: what to send over this connection (null: there is none).</summary>
    public Beat Tick(BrokerSession? session)
    {
        var beat = new Beat([], []);
        Change(now =>
        {
            if (session is null)
                membership.Disconnect();
            membership.Tick(now);
            if (session is not null && membership.Listen(now))
                beat = new Beat(
                    [new Notice(NoticeKind.Heartbeat, self, session.Address, Sent: now), .. membership.TakeReplies()], membership.Successors(Probed));
        });
        return beat;
    }

    private void Change(Action<TimeSpan> change)
    {
        List<Node> removed = [];
        long? ownRemoval;
        Node? namesake;
        lock (gate)
        {
            change(options.Clock.GetElapsedTime(start));
            var changes = membership.TakeChanges();
            members = changes.Count > 0 ? membership.Members : members;
            connected = membership.IsConnected;
            (ownRemoval, namesake) = (membership.OwnRemoval, membership.Namesake);
            foreach (var news in changes)
            {
                RabbitLog.Changed(log, Describe(news));
                subscribers.Tell(news);
                if (news is MemberRemoved(var node))
                    removed.Add(node);
            }
        }

        foreach (var node in removed)
            OnRemoved(node);
        if (namesake is not null)
            joined.TrySetException(new LinkException($"name={self.Name}: a node of this name is in the cluster already; give each node a name of its own"));
        else if (ownRemoval is { } known)
            Leave(new RemovedException(self, known));
        else if (connected)
            joined.TrySetResult();
    }

    private static string Describe(object change) => change switch
    {
        MemberUp(var node) => $"{node.Name} ({node.Incarnation}) is up: {string.Join(", ", node.Roles)}",
        MemberUnreachable(var node) => $"{node.Name} ({node.Incarnation}) is unreachable",
        MemberReachable(var node) => $"{node.Name} ({node.Incarnation}) is reachable again",
        MemberRemoved(var node) => $"{node.Name} ({node.Incarnation}) is removed",
        _ => change.ToString()!,
    };

    private void Leave(RemovedException why)
    {
        joined.TrySetException(why);
        OnOwnRemoval(why);
    }
}

/// <param name="Notices">For all.</param>
/// <param name="Probed">Addresses of the peers that this node looks after.</param>
internal readonly record struct Beat(IReadOnlyList<Notice> Notices, IReadOnlyList<string> Probed);
