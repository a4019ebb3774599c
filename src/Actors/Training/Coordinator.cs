using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// One in the run. Claims a term, finds the newest state that counts and hands it to everyone, then drives step after step
/// (<see cref="StepLoop"/>) with a checkpoint and an evaluation now and then. A member that is lost and comes back gets its state
/// from a peer; when the state itself is lost, the run goes back to a checkpoint, and every going back is a new term. When it hears
/// of a newer term it steps down.
/// </summary>
public sealed class Coordinator(RunOptions run, RunDirectory directory, ISum sums, IRunObserver observer) : Actor
{
    private const int TicksPerAnswer = 40;
    private readonly EventLog log = new(directory.Metrics, run.Plan.StepsPerEpoch);
    private readonly Backtracking back = new();
    private Roster roster = null!;
    private StepLoop steps = null!;
    private CheckpointLedger checkpoints = null!;
    private EvaluationLedger evaluations = null!;
    private TermOpening opening = null!;
    private StateSupply supply = null!;
    private Announcer announcer = null!;
    private TermStep head;
    private RunPhase phase = RunPhase.Gathering;
    private long endingAskedAt;
    private bool stopping, goesBack;
    private string? waitsFor;
    private Exception? fault;

    private int Term => opening.Term;

    protected internal override void PreStart()
    {
        roster = new Roster(Context.Cluster.Self);
        steps = new StepLoop(Context, Context.Executor("sums"), run, directory.Terms, sums, roster, log, observer, Committed);
        checkpoints = new CheckpointLedger(Context, Context.Executor("disk"), directory, roster, run.KeepCheckpoints);
        opening = new TermOpening(Context, run, directory, roster, checkpoints);
        supply = new StateSupply(Context, roster, checkpoints);
        evaluations = new EvaluationLedger(Context, directory, roster, run, log, observer);
        announcer = new Announcer(Context);
        Context.ScheduleRepeated(nameof(Tick), run.AnswerWithin / TicksPerAnswer, new Tick());
        announcer.Start();
        EndIfStoreFails(() =>
        {
            Claim();
            Context.Cluster.Subscribe(Self);
        });
    }

    protected internal override void Receive(object message)
    {
        if (message is Announcer.Announce)
            announcer.Tell(Term);
        else if (message is RunOverHeard(var node))
            announcer.Heard(node);
        else if (phase != RunPhase.Ended && (message is not ITermed termed || termed.Term >= Term))
            EndIfStoreFails(() => Handle(message));
        else
            (message as ICarriesBundles)?.Release();
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case Here here:
                Take(here, Sender!);
                break;
            case StateHeld held:
                Take(held, Sender!);
                break;
            case StateSaved saved:
                checkpoints.Take(saved);
                break;
            case CheckpointWritten(var checkpoint):
                checkpoints.Complete(checkpoint);
                observer.Saved(checkpoint.Step);
                EndWhenDone();
                break;
            case EvaluationBegun begun:
                evaluations.Take(begun);
                break;
            case Evaluated evaluation:
                evaluations.Take(evaluation);
                EndWhenDone();
                break;
            case Faulted(var reason):
                fault = reason;
                break;
            case Failed(var reason):
                End(reason);
                break;
            case Tick:
                steps.Tick();
                AskAgain();
                break;
            case Coordinates newer when newer.Term > Term:
                StepDown();
                break;
            case StopRun:
                Stop();
                break;
            default:
                if (!TakeMembership(message))
                    steps.Receive(message, Sender);
                break;
        }
    }

    private bool TakeMembership(object message)
    {
        switch (message)
        {
            case Terminated(var actor):
                Lose(actor);
                return true;
            case Down(var actor):
                Lose(actor);
                return true;
            case MemberUnreachable(var node):
                roster.Reach(node, false);
                foreach (var member in roster.On(node))
                    Miss(member);
                return true;
            case MemberReachable(var node):
                roster.Reach(node, true);
                foreach (var member in roster.On(node))
                    member.ToldAt = 0;
                return true;
            case MemberUp:
                announcer.Tell(Term);
                return true;
            case MemberRemoved(var node):
                foreach (var member in roster.On(node))
                    Lose(member.Actor);
                roster.Reach(node, true);
                return true;
            default:
                return false;
        }
    }

    private void Claim()
    {
        opening.Claim();
        phase = RunPhase.Gathering;
        announcer.Tell(Term);
        steps.Close();
        log.Reset();
        evaluations.Reset();
    }

    private void Take(Here here, IActorRef actor)
    {
        var isNew = roster.Take(actor, here, out var member);
        if (isNew)
            Context.Watch(actor);
        var isBehind = member.IsBehind;
        member.HeadBefore = head.Step;
        if (phase == RunPhase.Gathering || (phase == RunPhase.Restoring && !member.Ready && here.State is not null && !member.CanBeAt(head)))
            Gather();
        else if (phase == RunPhase.Restoring && isNew && roster.Replicas.Contains(member))
            opening.Tell(member);
        else if (phase is RunPhase.Running or RunPhase.Ending && (isNew || (member.Ready && isBehind)))
            Welcome(member);
    }

    private void Gather()
    {
        if (opening.WaitsFor() is { } missing)
        {
            Wait(missing);
            return;
        }

        waitsFor = null;
        opening.Begin(mayHold: !goesBack);
        (phase, head) = (RunPhase.Restoring, opening.Origin);
    }

    private void Wait(string missing)
    {
        if (run.WaitsForMembers && missing != waitsFor)
            observer.Noted($"waits for {missing}");
        waitsFor = missing;
    }

    /// <summary>What was told long ago and not answered is told again.</summary>
    private void AskAgain()
    {
        if (phase == RunPhase.Gathering)
        {
            Gather();
            return;
        }

        foreach (var member in roster.Replicas.Where(m => !m.Ready && roster.IsReachable(m) && IsLongAgo(m.ToldAt)).ToArray())
            if (phase == RunPhase.Restoring)
                opening.Tell(member);
            else
                Welcome(member);
        if (phase != RunPhase.Ending || !IsLongAgo(endingAskedAt))
            return;
        endingAskedAt = Context.Clock.GetTimestamp();
        checkpoints.Repeat(Term, head);
        evaluations.Repeat(Term, head);
    }

    private bool IsLongAgo(long timestamp) => timestamp == 0 || Context.Clock.GetElapsedTime(timestamp) > run.AnswerWithin;

    private void Take(StateHeld held, IActorRef actor)
    {
        if (roster.Find(actor) is not { } member || member.Life != held.Life)
            return;
        (member.State, member.Next, member.Ready) = (held.State, null, true);
        if (phase == RunPhase.Restoring)
            RunWhenRestored();
        else if (member == roster.Keeper)
            steps.KeeperChanged();
        else
            steps.WorkersChanged();
    }

    private void RunWhenRestored()
    {
        if (!opening.TryComplete())
            return;
        phase = RunPhase.Running;
        if (goesBack || head.Step > 0)
            log.Event(goesBack ? "rollback" : "resume", new TermStep(Term, head.Step), run.EpochOf(head.Step));
        goesBack = false;
        observer.Started(head, Term);
        foreach (var other in roster.Workers.Where(w => !w.Ready).ToArray())
            Welcome(other);
        if (phase != RunPhase.Running)
            return;
        if (!checkpoints.CanRebuild)
            checkpoints.Begin(Term, head);
        Next();
    }

    private void Welcome(Roster.Member member)
    {
        if (member.Role == Role.Keeper && member != roster.Keeper)
        {
            WelcomeKeeper();
            return;
        }

        observer.Noted($"{member.Actor.Path} joins at step {head.Step}");
        if (member.Role == Role.Evaluator)
            evaluations.Again(Term, head, worker: null);
        else if (member.Role is Role.Worker or Role.Keeper && supply.TrySupply(member, Term, head) is { } lost)
            GoBack(lost);
        else if (member.Role == Role.Worker)
            WorkerLost(member.Actor);
    }

    /// <summary>A keeper that stands by becomes the run's where that is missing, or shares this node, so that both could be lost at once.</summary>
    private void WelcomeKeeper()
    {
        var isMissing = roster.Keeper is not { } keeper || !roster.IsReachable(keeper);
        var isBetter = roster.Keeper is { Ready: true } near && near.Node == Context.Cluster.Self && checkpoints.CanRebuild;
        if (roster.BestKeeper() is not { } best || best == roster.Keeper || !(isMissing || (isBetter && best.Node != Context.Cluster.Self)))
            return;
        roster.Keeper = best;
        Welcome(best);
    }

    private void GoBack(string why)
    {
        observer.Noted($"going back to the newest checkpoint: {why} ({fault?.Message ?? "cause unknown"})");
        if (!back.TryGoBack())
        {
            End(fault ?? new InvalidOperationException($"the run went back again and again and came no further than step {back.Furthest}: {why}"));
            return;
        }

        goesBack = true;
        Claim();
        Gather();
    }

    /// <summary>A member is gone. On one machine nothing will replace it; the run ends, unless it can do with the other workers.</summary>
    private void Lose(IActorRef actor)
    {
        var lost = roster.Remove(actor);
        if (!run.WaitsForMembers && (lost?.Role != Role.Worker || !roster.Workers.Any()))
            End(fault ?? new InvalidOperationException($"{actor.Path} failed again and again and stays down; the run's log says why."));
        else if (lost is not null)
            Miss(lost);
    }

    /// <summary>A member can't be reached, now or ever.</summary>
    private void Miss(Roster.Member member)
    {
        member.Ready = false;
        if (phase == RunPhase.Restoring)
            Restore(member);
        else if (member.Role == Role.Keeper)
            WelcomeKeeper();
        else if (member.Role == Role.Worker)
            WorkerLost(member.Actor);
        else if (member.Role == Role.Evaluator)
            evaluations.Again(Term, head, worker: null);
    }

    private void Restore(Roster.Member lost)
    {
        if (lost.Role == Role.Keeper || !roster.Workers.Any())
            phase = RunPhase.Gathering;
        else
            RunWhenRestored();
    }

    private void WorkerLost(IActorRef worker)
    {
        steps.WorkersChanged(worker);
        evaluations.Again(Term, head, worker);
    }

    private void Next()
    {
        if (head.Step < run.LastStep && !stopping)
        {
            steps.Open(Term, head.Step + 1);
            return;
        }

        (phase, endingAskedAt) = (RunPhase.Ending, Context.Clock.GetTimestamp());
        checkpoints.Begin(Term, head);
        evaluations.Begin(Term, head);
        EndWhenDone();
    }

    private void Committed(StepReport report, KeeperDelta delta)
    {
        head = report.At;
        back.Reached(head.Step);
        checkpoints.Committed(delta);
        log.Take(report);
        TrainingTelemetry.Record(report);
        observer.Committed(report);
        if (run.Plan.Locate(head.Step).IndexInEpoch == run.Plan.StepsPerEpoch - 1)
            log.EndEpoch(head, report.Epoch);
        var due = run.DueAfter(head.Step);
        if (due.Checkpoint || checkpoints.IsLongSince)
            checkpoints.Begin(Term, head);
        if (due.Evaluation)
            evaluations.Begin(Term, head);
        Next();
    }

    private void Stop()
    {
        stopping = true;
        if (phase is RunPhase.Gathering or RunPhase.Restoring)
            End(null);
    }

    private void EndWhenDone()
    {
        if (phase == RunPhase.Ending && (checkpoints.Holds(head) || head.Step == 0) && evaluations.IsIdle)
            End(null);
    }

    private void End(Exception? reason)
    {
        if (phase == RunPhase.Ended)
            return;
        Close();
        var end = new RunEnd(head, reason is null && head.Step >= run.LastStep, reason);
        announcer.End(new RunOver(Term, end.At, end.Finished, reason?.Message), () => observer.Ended(end));
    }

    private void StepDown()
    {
        Close();
        Context.Cluster.Resolve(Context.Cluster.Self, Guardian.Path).Tell(new SteppedDown(Term), Self);
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

    private sealed record Tick;
}
