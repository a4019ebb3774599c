using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// Who is there, as their heartbeats tell, and on which node. Any number of each role: one keeper is the run's, the others stand by;
/// a worker's views come from its own node where that has a data actor.
/// </summary>
/// <param name="namesNodes">There may be others than this one.</param>
internal sealed class Roster(Node self, bool namesNodes)
{
    private readonly List<Member> members = [];
    private readonly HashSet<IActorRef> gone = [];
    private readonly HashSet<Node> unreachable = [];

    public IReadOnlyList<Member> Members => members;

    /// <summary>In the order in which they came, so that shards tend to stay where they were.</summary>
    public IEnumerable<Member> Workers => Reachable(Role.Worker);

    public IEnumerable<Member> ReadyWorkers => Workers.Where(m => m.Ready);

    /// <summary>Those that get leases: who is cut off gets none while there are others.</summary>
    public IReadOnlyList<Member> Lessees
    {
        get
        {
            Member[] ready = [.. ReadyWorkers];
            Member[] pulled = [.. ready.Where(m => !m.IsCutOff)];
            return pulled.Length > 0 ? pulled : ready;
        }
    }

    /// <summary>The worker that is asked for what only one need do; null: there is none.</summary>
    public Member? FirstLessee => Lessees is [var first, ..] ? first : null;

    public IEnumerable<Member> Keepers => Reachable(Role.Keeper);

    /// <summary>The run's keeper; null while there is none.</summary>
    public Member? Keeper { get; set; }

    public Member? Evaluator => Nearest(Role.Evaluator, self);

    /// <summary>Those who hold the run's state, or should.</summary>
    public IEnumerable<Member> Replicas => Keeper is null ? Workers : Workers.Append(Keeper);

    /// <summary>Workers that stay down; on one machine a new term doesn't wait for them.</summary>
    public HashSet<IActorRef> DownWorkers { get; } = [];

    public Member? DataFor(Member worker) => Reachable(Role.Data).OrderBy(m => m.IsCutOff).ThenBy(m => m.Node != worker.Node).FirstOrDefault();

    /// <summary>The keeper that can be pulled from and shares no node with the coordinator, if there is one: the two shouldn't be lost together.</summary>
    public Member? BestKeeper() => Keepers.OrderBy(k => k.IsCutOff).ThenBy(k => k.Node == self).FirstOrDefault();

    /// <summary>Takes a heartbeat in; true when this member is new or was restarted since its last one.</summary>
    public bool Take(IActorRef actor, Here here, out Member member)
    {
        var known = members.FindIndex(m => m.Actor.Equals(actor));
        if (known >= 0 && members[known].Life == here.Life)
        {
            member = members[known];
            (member.State, member.Next) = member.HasDrifted ? (null, null) : (here.State, here.Next);
            return false;
        }

        member = new Member(actor, here) { State = here.State, Next = here.Next };
        if (known < 0)
            members.Add(member);
        else if (members[known] == Keeper)
            members[known] = Keeper = member;
        else
            members[known] = member;
        return true;
    }

    /// <summary>Whether it was removed: a heartbeat that comes late doesn't bring it back.</summary>
    public bool IsGone(IActorRef actor) => gone.Contains(actor);

    public Member? Remove(IActorRef actor)
    {
        gone.Add(actor);
        var member = Find(actor);
        if (member is null)
            return null;
        members.Remove(member);
        if (member == Keeper)
            Keeper = null;
        return member;
    }

    /// <summary>With its node's name, which an actor's path on its own node hasn't.</summary>
    public string NameOf(IActorRef actor) => namesNodes && actor.Path.StartsWith('/') ? self.Name + actor.Path : actor.Path;

    public Member? Find(IActorRef? actor) => members.Find(m => m.Actor.Equals(actor));

    /// <summary>Nothing is sent to the members of a node that can't be reached, and nothing expected of them.</summary>
    public void Reach(Node node, bool reachable)
    {
        if (reachable)
            unreachable.Remove(node);
        else
            unreachable.Add(node);
    }

    public bool IsReachable(Member member) => !unreachable.Contains(member.Node);

    public IReadOnlyList<Member> On(Node node) => [.. members.Where(m => m.Node == node)];

    /// <summary>Whether each reachable node's every role was heard of.</summary>
    public bool HasHeardAll(IReadOnlyList<Node> nodes) => nodes.Where(n => !unreachable.Contains(n)).All(node =>
        new[] { Role.Worker, Role.Keeper, Role.Data }.All(role =>
            !node.Roles.Contains(Name(role)) || members.Exists(m => m.Role == role && m.Node == node)));

    /// <summary>What a run can't do without and isn't there; empty: nothing.</summary>
    public string Missing(int leastWorkers)
    {
        var lacking = leastWorkers - Workers.Count();
        var workers = lacking <= 0 ? null : lacking == 1 ? "a worker" : $"{lacking} workers";
        string? Lacks(Role role) => Reachable(role).Any() ? null : role == Role.Data ? "a node with the role data" : $"{(role == Role.Evaluator ? "an" : "a")} {Name(role)}";
        return string.Join(", ", new[] { workers, Lacks(Role.Keeper), Lacks(Role.Data), Lacks(Role.Evaluator) }.Where(m => m is not null));
    }

    private static string Name(Role role) => role.ToString().ToLowerInvariant();

    private IEnumerable<Member> Reachable(Role role) => members.Where(m => m.Role == role && IsReachable(m));

    private Member? Nearest(Role role, Node node) => Reachable(role).OrderBy(m => m.Node != node).FirstOrDefault();

    /// <summary>One life of an actor. Ready: it holds the state of the current term and receives commits.</summary>
    internal sealed class Member(IActorRef actor, Here here)
    {
        private const int FailuresBeforeCutOff = 3, MostTrials = 8;

        public IActorRef Actor => actor;

        /// <summary>Bundles in a row that couldn't be pulled from it, and answers that never came.</summary>
        public int Failures { get; set; }

        /// <summary>When it last failed in this, or, being cut off, was tried again.</summary>
        public TimeSpan TriedAt { get; set; }

        /// <summary>Nothing can be had from it.</summary>
        public bool IsCutOff => Failures >= FailuresBeforeCutOff;

        /// <summary>It is cut off no more; one more failure, and it is again.</summary>
        public void TryAgain() => (Failures, Trials) = (Math.Min(Failures, FailuresBeforeCutOff - 1), Math.Min(Trials + 1, MostTrials));

        /// <summary>So often it was tried again.</summary>
        public int Trials { get; private set; }

        public Role Role => here.Role;

        public Node Node => here.Node;

        public ulong Life => here.Life;

        public TermStep? State { get; set; }

        /// <summary>The state that it can be in at once, being told that it counts.</summary>
        public TermStep? Next { get; set; }

        /// <summary>The newest commit when its last heartbeat came.</summary>
        public long HeadAtHeartbeat { get; set; }

        /// <summary>And when the one before that came.</summary>
        public long HeadBefore { get; set; }

        public bool Ready { get; set; }

        /// <summary>This life's state isn't the other workers', and is never counted on again.</summary>
        public bool HasDrifted
        {
            get;
            set => (field, State, Next) = value ? (true, null, null) : (false, State, Next);
        }

        /// <summary>The newest commit when it was last supplied with a state: one that is older won't do.</summary>
        public long SuppliedAt { get; set; }

        /// <summary>When it was last told which state to take; 0: it should be told now.</summary>
        public long ToldAt { get; set; }

        /// <summary>It missed a commit: it has lost its state, or still lacks what was committed before its last heartbeat but one.</summary>
        public bool IsBehind => State is null || (Next ?? State).Value.Step < HeadBefore;

        public override string ToString() => $"{Actor} {State?.Term}:{State?.Step}{(Next is null ? "" : $" (can be at {Next})")}{(Ready ? " ready" : "")}";

        public bool CanBeAt(TermStep at) => State == at || Next == at;
    }
}
