using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// The way from a claimed term to its start record: finds the newest state that counts, be it one that the keeper and a worker
/// hold (after the loss of a coordinator), or the newest checkpoint's, or the untrained one; hands it to everyone; and only when
/// they hold it writes the record, before which nothing may be committed.
/// </summary>
internal sealed class TermOpening(IActorContext context, RunOptions run, RunDirectory directory, Roster roster, CheckpointLedger checkpoints)
{
    private Checkpoint? checkpoint;

    /// <summary>The newest term that this coordinator has claimed.</summary>
    public int Term { get; private set; }

    /// <summary>The state from which the term goes on.</summary>
    public TermStep Origin { get; private set; }

    /// <exception cref="RunStoreException">Another process was faster, or the run directory can't be written.</exception>
    public void Claim()
    {
        Term = directory.Terms.TryClaim($"{run.Identity}/{context.Random.NextUInt64():x16}")
            ?? throw new RunStoreException($"{directory.Root}: another process claimed the next term at the same moment; start again.");
        foreach (var member in roster.Members)
            member.Ready = false;
    }

    /// <summary>When all are there: decides where to go on, and tells them. False while someone is missing.</summary>
    public bool TryBegin(bool mayHold)
    {
        if (roster.Workers.Count() < run.Workers - roster.WorkersLost || roster.Keeper is not { } keeper || roster.Data is null || roster.Evaluator is null)
            return false;
        var chain = directory.Terms.Chain();
        var held = mayHold && keeper.State is { } at && chain.Counts(at) && roster.Workers.Any(w => w.State == at) ? keeper.State : null;
        checkpoint = held is null ? directory.Checkpoints.NewestValid(chain) : null;
        Origin = held ?? checkpoint?.At ?? default;
        checkpoints.Reset(checkpoint, known: held is null);
        foreach (var member in roster.Replicas)
            Tell(member);
        return true;
    }

    public void Tell(Roster.Member member)
    {
        member.ToldAt = context.Clock.GetTimestamp();
        if (checkpoints.CanRebuild)
            member.Actor.Tell(new TakeState(Term, new StateSource.FromCheckpoint(Origin, checkpoint, [])), context.Self);
        else if (member.State == Origin)
            member.Actor.Tell(new TakeState(Term, new StateSource.Held(Origin)), context.Self);
    }

    /// <summary>True once the keeper and every worker that can hold the state do; writes the start record.</summary>
    public bool TryComplete()
    {
        var awaited = roster.Workers.Where(w => !w.Ready && (checkpoints.CanRebuild || w.State == Origin));
        if (roster.Keeper is not { Ready: true } || awaited.Any())
            return false;
        directory.Terms.WriteStart(new StartRecord(Term, Origin.Term, Origin.Step));
        return true;
    }
}
