using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// The way from a claimed term to its start record: finds the newest state that counts, be it one that a keeper and a worker
/// hold (after the loss of a coordinator), or the newest checkpoint's, or the untrained one; hands it to everyone; and only when
/// they hold it writes the record, before which nothing may be committed.
/// </summary>
internal sealed class TermOpening(IActorContext context, RunOptions run, RunDirectory directory, Roster roster, CheckpointLedger checkpoints)
{
    /// <summary>So long a new coordinator waits for the heartbeats of nodes that are there.</summary>
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(3);

    /// <summary>A worker that takes longer gets the state from a peer, once the term has begun.</summary>
    private const int AnswersAwaited = 3;
    private Checkpoint? checkpoint;
    private long claimedAt, beganAt;
    private bool isFirst;
    private CheckpointFound? found;
    private bool isLooking, hasBegun;

    /// <summary>The newest term that this coordinator has claimed.</summary>
    public int Term { get; private set; }

    /// <summary>The state from which the term goes on.</summary>
    public TermStep Origin { get; private set; }

    /// <exception cref="SupersededException">Another process was faster.</exception>
    /// <exception cref="RunStoreException">The run directory can't be written.</exception>
    public void Claim()
    {
        Term = directory.Terms.TryClaim($"{run.Identity}/{context.Random.NextUInt64():x16}")
            ?? throw new SupersededException($"{directory.Root}: another process claimed the next term at the same moment; start again.");
        claimedAt = context.Clock.GetTimestamp();
        isFirst = directory.Terms.Chain().IsEmpty;
        (found, isLooking, hasBegun, NeedsNewTerm) = (null, false, false, false);
        foreach (var member in roster.Members)
            member.Ready = false;
    }

    /// <summary>Why the term can't begin yet; null: it can.</summary>
    public string? WaitsFor()
    {
        var missing = roster.Missing(!run.WaitsForMembers ? run.Workers - roster.DownWorkers.Count : isFirst ? run.Workers : 1);
        return missing.Length > 0 ? missing
            : roster.HasHeardAll(context.Cluster.Members) || IsLongHearing ? null
            : "the heartbeats of the nodes that are there";
    }

    /// <summary>Whether every worker that holds a state has had the time to say so.</summary>
    public bool HasHeardWorkers => IsLongHearing || WaitsFor() is null;

    private bool IsLongHearing => context.Clock.GetElapsedTime(claimedAt) > Hearing;

    /// <summary>The event of metrics.jsonl that says from where the term goes on; null: from the untrained state.</summary>
    public string? Kind { get; private set; }

    /// <summary>
    /// Decides where to go on, and tells the members; false: first the newest checkpoint is looked for. <paramref name="goesBack"/>: what the
    /// members hold doesn't count any more.
    /// </summary>
    public bool TryBegin(bool goesBack)
    {
        if (isLooking)
            return false;
        var chain = directory.Terms.Chain();
        var held = goesBack ? null : HeldBy(chain);
        var mayBeNewer = MayBeNewer(chain, held?.At);
        if (mayBeNewer && found is null)
        {
            Look(chain);
            return false;
        }

        (checkpoint, found) = (mayBeNewer ? found!.Checkpoint : null, null);
        if (held?.At < checkpoint?.At)
            held = null; // those who are left missed what was saved since
        else if (held is not null)
            checkpoint = null;
        var origin = held?.At ?? checkpoint?.At ?? default;
        NeedsNewTerm = hasBegun && origin != Origin;
        if (NeedsNewTerm)
            return false;
        roster.Keeper = held?.Keeper ?? roster.BestKeeper();
        if (!hasBegun)
            beganAt = context.Clock.GetTimestamp();
        (hasBegun, Origin) = (true, origin);
        var isLost = held is null && roster.Members.Any(m => m.State is { } state && chain.Counts(state) && state.Step > Origin.Step);
        Kind = goesBack || isLost ? "rollback" : held is not null ? "takeover" : checkpoint is not null ? "resume" : null;
        checkpoints.Reset(checkpoint, known: held is null);
        foreach (var member in roster.Members)
            (member.HeadBefore, member.HeadAtHeartbeat) = (0, 0);
        foreach (var member in roster.Replicas)
        {
            member.Ready = false;
            Tell(member);
        }

        return true;
    }

    /// <summary>The members were told another state to go on from, some of them maybe later than what comes now: that must be an older term's.</summary>
    public bool NeedsNewTerm { get; private set; }

    public void Take(CheckpointFound newest) => (found, isLooking) = (newest, false);

    /// <summary>Beside the coordinator's own work: one that says nothing for as long as large files are read has lost its turn.</summary>
    private void Look(TermChain chain)
    {
        var term = Term;
        isLooking = true;
        context.Run(
            context.Executor("disk"),
            () => new CheckpointFound(term, directory.NewestCheckpoint(chain)),
            newest => newest,
            error => new Failed(error));
    }

    /// <summary>By its name: a checkpoint is read whole to see that it is valid.</summary>
    private bool MayBeNewer(TermChain chain, TermStep? held) =>
        held is not { } at || directory.Checkpoints.OnChain(chain) is [var newest, ..] && at < newest.At;

    public void Tell(Roster.Member member)
    {
        member.ToldAt = context.Clock.GetTimestamp();
        if (checkpoints.CanRebuild)
        {
            member.HasDrifted = false;
            member.Actor.Tell(new TakeState(Term, new StateSource.FromCheckpoint(Origin, checkpoint, [])), context.Self);
        }
        else if (member.CanBeAt(Origin))
        {
            member.Actor.Tell(new TakeState(Term, new StateSource.Held(Origin)), context.Self);
        }
    }

    /// <summary>Those who held the state from which the term should go on are gone: another one must be found.</summary>
    public bool IsHopeless => !checkpoints.CanRebuild
        && (roster.Keeper is not { } keeper || !(keeper.Ready || keeper.CanBeAt(Origin)) || !roster.Workers.Any(w => w.Ready || w.CanBeAt(Origin)));

    /// <summary>True once the keeper and every worker that can hold the state do, or one after long waiting; writes the start record.</summary>
    public bool TryComplete()
    {
        var awaited = roster.Workers.Where(w => !w.Ready && (checkpoints.CanRebuild || w.CanBeAt(Origin)));
        var isLate = context.Clock.GetElapsedTime(beganAt) > run.AnswerWithin * AnswersAwaited;
        if (roster.Keeper is not { Ready: true } || !roster.ReadyWorkers.Any() || (awaited.Any() && !isLate))
            return false;
        directory.Terms.WriteStart(new StartRecord(Term, Origin.Term, Origin.Step));
        return true;
    }

    /// <summary>The greatest state that counts and that a worker holds and a keeper too; the keeper that shares no node with this coordinator first.</summary>
    private (TermStep At, Roster.Member Keeper)? HeldBy(TermChain chain)
    {
        foreach (var at in roster.Workers.Select(w => w.State).OfType<TermStep>().Where(chain.Counts).Distinct().OrderDescending())
        {
            var keepers = roster.Keepers.Where(k => k.State is { } state && chain.Counts(state) && k.CanBeAt(at));
            if (keepers.OrderBy(k => k.Node == context.Cluster.Self).FirstOrDefault() is { } keeper)
                return (at, keeper);
        }

        return null;
    }
}

/// <summary>The coordinator to itself: the newest checkpoint of the chain, read whole; null: there is none.</summary>
internal sealed record CheckpointFound(int Term, Checkpoint? Checkpoint) : ITermed;
