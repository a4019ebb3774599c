using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>The end: of the run, after its last step or when asked to stop, with everything saved; or of this coordinator alone.</summary>
public sealed partial class Coordinator
{
    /// <summary>Who asks a run to stop asks every half second, and may take that back.</summary>
    private static readonly TimeSpan StopHolds = TimeSpan.FromSeconds(5);

    /// <summary>The step under way when the run is stopped has the time of so many answers, or so many times what steps usually take; then the one before it is the last.</summary>
    private const int AnswersOfLastStep = 3, TimesUsual = 2;

    private const int Remembered = 33;
    private readonly Queue<double> secondsOfSteps = [];
    private long stoppingSince;

    private bool IsAskedToStop => stopAskedAt is { } at && Context.Clock.GetElapsedTime(at) <= StopHolds;

    private bool IsStopping => isAskedToLeave || IsAskedToStop;

    private bool IsSaved => checkpoints.Holds(head) || head.Step == 0;

    private string ShownPhase => IsStopping && phase is RunPhase.Running or RunPhase.Ending ? CoordinatorFile.Stopping : phase.ToString().ToLowerInvariant();

    private string? EndWaitsFor => phase == RunPhase.Running && IsStopping ? $"the end of step {head.Step + 1}"
        : phase != RunPhase.Ending ? null
        : !IsSaved ? $"the checkpoint of step {head.Step}"
        : !evaluations.IsIdle ? $"the evaluation of step {head.Step}" : null;

    private void Stop(bool leaves)
    {
        if (!IsStopping)
            stoppingSince = Context.Clock.GetTimestamp();
        isAskedToLeave |= leaves;
        stopAskedAt = leaves ? stopAskedAt : Context.Clock.GetTimestamp();
        EndsBeforeItBegan();
    }

    /// <summary>Asked to stop before the term began, and no worker holds a state, or what else it takes doesn't come: what can be had is saved already.</summary>
    private bool EndsBeforeItBegan()
    {
        if (!IsStopping || phase is not (RunPhase.Gathering or RunPhase.Restoring))
            return false;
        var canBeSaved = roster.Workers.Any(w => w.State is not null) && !(waitsFor is not null && IsLongAgo(waitsSince));
        if (!opening.HasHeardWorkers || canBeSaved)
            return false;
        EndWithWhatIsSaved();
        return true;
    }

    private void EndWithWhatIsSaved()
    {
        var saved = directory.Checkpoints.OnChain(directory.Terms.Chain()) is [var newest, ..] ? newest.At : default;
        if (head.Step > saved.Step)
            observer.Noted($"steps {saved.Step + 1} to {head.Step} can't be saved without {waitsFor ?? "a worker"}: when the run goes on, they are trained again");
        head = saved;
        End(null);
    }

    /// <summary>
    /// Asked to stop while something is missing that a step can't do without, or while the step doesn't end: worker and keeper, if they
    /// are there, save the state; else what was saved is what there is.
    /// </summary>
    private void EndUnfinishedStep()
    {
        if (!IsStopping || phase is not (RunPhase.Running or RunPhase.Ending))
            return;
        if (!Context.Cluster.IsConnected)
            stoppingSince = Context.Clock.GetTimestamp(); // nobody can be asked to save
        var canSave = roster.Keeper is { Ready: true } && roster.ReadyWorkers.Any();
        var lacks = waitsFor is not null && (checkpoints.Holds(head) || IsLongAgo(waitsSince));
        if (lacks && !canSave)
            EndWithWhatIsSaved();
        else if (phase == RunPhase.Running && IsHeld && (lacks || Context.Clock.GetElapsedTime(stoppingSince) > LastStepWithin))
            DropStep(evaluates: lacks);
    }

    /// <summary>The loop keeps the last commit for a worker that missed it; once the step is dropped, nobody does.</summary>
    private bool IsHeld => IsSaved || (roster.Keeper is { Ready: true } keeper && keeper.CanBeAt(head) && roster.ReadyWorkers.Any(w => w.CanBeAt(head)));

    private TimeSpan LastStepWithin
    {
        get
        {
            var (least, usual) = (run.AnswerWithin * AnswersOfLastStep, secondsOfSteps.Order().ElementAtOrDefault((secondsOfSteps.Count - 1) / 2));
            return TimeSpan.FromSeconds(Math.Max(least.TotalSeconds, TimesUsual * usual));
        }
    }

    private void Remember(double secondsOfStep)
    {
        if (secondsOfSteps.Count == Remembered)
            secondsOfSteps.Dequeue();
        secondsOfSteps.Enqueue(secondsOfStep);
    }

    private void DropStep(bool evaluates)
    {
        steps.Close();
        if (!evaluates)
        {
            observer.Noted($"step {head.Step + 1} doesn't end: the run is stopped after step {head.Step}");
            evaluations.MissLast(head);
        }

        BeginEnding(evaluates);
        DropOpenShards();
    }

    /// <summary>
    /// A worker saves once the shards that it has encoded are answered. In async, when the run is stopped, there may be some of steps that
    /// come no more, whose answers were lost.
    /// </summary>
    private void DropOpenShards()
    {
        foreach (var worker in run.Staleness > 0 ? roster.ReadyWorkers : [])
            worker.Actor.Tell(new TakeState(Term, new StateSource.Held(head)), Context.Self);
    }

    private void EndWhenDone()
    {
        if (phase != RunPhase.Ending || !IsSaved || !evaluations.IsIdle)
            return;
        End(null);
    }

    /// <summary>Tells nobody: others look for themselves, and for those that have started since the run isn't over.</summary>
    private void EndAlone(RunEnd end)
    {
        Close();
        announcer.Stop();
        presence.End(new TermStep(Term, end.At.Step), end.Reason);
        observer.Ended(end);
    }

    private void End(Exception? reason)
    {
        if (phase == RunPhase.Ended)
            return;
        Close();
        var end = new RunEnd(head, reason is null && head.Step >= run.LastStep, reason);
        var leaves = isAskedToLeave && !IsAskedToStop && reason is null && !end.Finished;
        if (end.Finished || (run.WaitsForMembers && !leaves))
            WriteEnd(end);
        presence.End(new TermStep(Term, head.Step), reason);
        if (leaves)
            observer.Ended(end); // whoever is away, or comes just now, goes on
        else
            announcer.End(new RunOver(Term, end.At, end.Finished, reason), () => observer.Ended(end));
    }

    private void WriteEnd(RunEnd end)
    {
        try
        {
            if (end.Finished || directory.Terms.IsNewest(Term))
                directory.End.Write(end, Term);
        }
        catch (IOException unwritten)
        {
            if (end.Reason is not RunStoreException) // which says so already
                observer.Noted($"nodes that come later can't be told that the run has ended: {unwritten.Message}");
        }
    }

    /// <summary>A node that leaves with the last worker, or the last keeper, takes a part of the run's state with it: that is saved first.</summary>
    private void Leave(Node node, IActorRef asker)
    {
        leaving.Add(node);
        waitForSave.Add((asker, head));
        var isLost = roster.Lessees.All(w => leaving.Contains(w.Node)) || roster.Keepers.All(k => leaving.Contains(k.Node))
            || (roster.Keeper?.Node == node && (node == Context.Cluster.Self || !checkpoints.CanRebuild)); // the bank, with all it is rebuilt from
        if (isLost && phase is RunPhase.Running or RunPhase.Ending && head.Step > 0 && !checkpoints.Holds(head))
            Save();
        else
            LetGo(head);
    }

    private void LetGo(TermStep saved)
    {
        foreach (var (node, _) in waitForSave.Where(l => l.At <= saved))
            node.Tell(new MayLeave(), Context.Self);
        waitForSave.RemoveAll(l => l.At <= saved);
    }

    private void Close()
    {
        phase = RunPhase.Ended;
        steps.Close();
        checkpoints.Reset(null, known: false);
        Context.Cancel(nameof(Tick));
    }

    private void EndIfStoreFails(Action action)
    {
        try
        {
            action();
        }
        catch (SupersededException) when (run.WaitsForMembers)
        {
            StepDown();
        }
        catch (RunStoreException reason)
        {
            End(reason);
        }
    }
}
