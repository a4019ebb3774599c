using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>A term, from its claim to the first step: who is there, where the run goes on, who holds that; going back, which is a new term; and a newer one.</summary>
public sealed partial class Coordinator
{
    /// <summary>False: the run is over, and this node was away when that was said.</summary>
    private bool TryClaim()
    {
        if (run.WaitsForMembers && directory.End.Read(run.LastStep) is { } end)
        {
            EndAlone(end);
            return false;
        }

        opening.Claim();
        phase = RunPhase.Gathering;
        announcer.Tell(Term);
        steps.Close();
        replicas.Reset();
        log.Reset();
        evaluations.Reset();
        return true;
    }

    private void Gather()
    {
        if (EndsBeforeItBegan())
            return;
        if (opening.WaitsFor() is { } missing)
        {
            Wait(missing);
            return;
        }

        waitsFor = null;
        if (opening.TryBegin(goesBack))
            (phase, head) = (RunPhase.Restoring, opening.Origin);
    }

    /// <param name="missing">Empty: nothing.</param>
    private void Wait(string missing)
    {
        if (missing == (waitsFor ?? ""))
            return;
        (waitsFor, waitsSince) = (missing.Length > 0 ? missing : null, Context.Clock.GetTimestamp());
    }

    private void RunWhenRestored()
    {
        if (!opening.TryComplete())
            return;
        phase = RunPhase.Running;
        if (opening.Kind is { } kind)
            log.Event(kind, new TermStep(Term, head.Step), run.EpochOf(head.Step));
        goesBack = false;
        observer.Started(head, Term);
        foreach (var other in roster.Workers.Where(w => !w.Ready).ToArray())
            Welcome(other);
        if (phase != RunPhase.Running)
            return;
        if (!checkpoints.CanRebuild)
            Save();
        Next();
    }

    /// <param name="recurs">It would come again: what machines that are lost undo may be undone any number of times.</param>
    private void GoBack(string why, bool recurs)
    {
        observer.Noted($"going back to the newest checkpoint: {why}{(fault is null ? "" : $" ({fault.Message})")}");
        if (recurs && !back.TryGoBack())
        {
            End(fault ?? new InvalidOperationException($"the run went back again and again and came no further than step {back.Furthest}: {why}"));
            return;
        }

        goesBack = true;
        if (TryClaim())
            Gather();
    }

    /// <summary>
    /// Members that know a newer term answer this one no more: it must find out though it commits nothing. Nor do members come for whom
    /// the run ended under the term before, after this one's claim.
    /// </summary>
    private void LookForNewerTerm()
    {
        if (!IsLongAgo(lookedAt))
            return;
        lookedAt = Context.Clock.GetTimestamp();
        var (term, mayBeOver) = (Term, run.WaitsForMembers && phase == RunPhase.Gathering);
        Context.Run(
            Context.Executor("disk"),
            () => new TermLookedAt(term, directory.Terms.IsNewest(term), mayBeOver ? directory.End.Read(run.LastStep, ownTerm: term) : null),
            looked => looked,
            error => new Failed(error));
    }

    private void StepDown()
    {
        Close();
        presence.StepDown();
        Context.Cluster.Resolve(Context.Cluster.Self, Guardian.Path).Tell(new SteppedDown(Term), Self);
    }

    private sealed record TermLookedAt(int Term, bool IsNewest, RunEnd? End);
}
