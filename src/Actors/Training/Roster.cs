using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>Who is there, as their heartbeats tell: at most one keeper, data actor and evaluator, and any number of workers.</summary>
internal sealed class Roster
{
    private readonly List<Member> members = [];

    public IReadOnlyList<Member> Members => members;

    /// <summary>In the order in which they came, so that shards tend to stay where they were.</summary>
    public IEnumerable<Member> Workers => members.Where(m => m.Role == Role.Worker);

    /// <summary>Those who hold a part of the state.</summary>
    public IEnumerable<Member> Replicas => members.Where(m => m.Role is Role.Worker or Role.Keeper);

    public IEnumerable<Member> ReadyWorkers => Workers.Where(m => m.Ready);

    public Member? Keeper => Find(Role.Keeper);

    public Member? Data => Find(Role.Data);

    public Member? Evaluator => Find(Role.Evaluator);

    /// <summary>Takes a heartbeat in; true when this member is new or was restarted since its last one.</summary>
    public bool Take(IActorRef actor, Here here, out Member member)
    {
        var known = members.FindIndex(m => m.Actor.Equals(actor));
        if (known >= 0 && members[known].Life == here.Life)
        {
            member = members[known];
            member.State = here.State;
            return false;
        }

        member = new Member(actor, here.Role, here.Life) { State = here.State };
        if (known >= 0)
            members[known] = member;
        else
            members.Add(member);
        return true;
    }

    /// <summary>Workers that stay down; a new term doesn't wait for them.</summary>
    public int WorkersLost { get; private set; }

    public Member? Remove(IActorRef actor)
    {
        var member = Find(actor);
        if (member is not null)
            members.Remove(member);
        if (member?.Role == Role.Worker)
            WorkersLost++;
        return member;
    }

    public Member? Find(IActorRef? actor) => members.Find(m => m.Actor.Equals(actor));

    private Member? Find(Role role) => members.Find(m => m.Role == role);

    /// <summary>One life of an actor. Ready: it holds the state of the current term and receives commits.</summary>
    internal sealed class Member(IActorRef actor, Role role, ulong life)
    {
        public IActorRef Actor => actor;

        public Role Role => role;

        public ulong Life => life;

        public TermStep? State { get; set; }

        /// <summary>The newest commit at the heartbeat before.</summary>
        public long HeadBefore { get; set; }

        public bool Ready { get; set; }

        /// <summary>When it was last told which state to take.</summary>
        public long ToldAt { get; set; }

        /// <summary>It missed a commit: it has lost its state, or still lacks what was committed before its last heartbeat but one.</summary>
        public bool IsBehind => State is null || State.Value.Step < HeadBefore;
    }
}
