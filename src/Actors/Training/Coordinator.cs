using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// One in the run. Claims a term, finds the newest state that counts and hands it to everyone, then drives step after step
/// (<see cref="StepLoop"/>) with a checkpoint and an evaluation now and then. A member that is lost and comes back gets its state
/// from a peer; when the state itself is lost, the run goes back to a checkpoint, and every going back is a new term.
/// </summary>
public sealed class Coordinator(RunOptions run, RunDirectory directory, ISum sums, IRunObserver observer) : Actor
{
    private const int TicksPerAnswer = 40, MostBackWithoutProgress = 3;
    private readonly Roster roster = new();
    private readonly EventLog log = new(directory.Metrics, run.Plan.StepsPerEpoch);
    private StepLoop steps = null!;
    private CheckpointLedger checkpoints = null!;
    private EvaluationLedger evaluations = null!;
    private TermOpening opening = null!;
    private StateSupply supply = null!;
    private TermStep head;
    private long endingAskedAt, furthest, furthestAtBack = -1;
    private int backSinceProgress;
    private RunPhase phase = RunPhase.Gathering;
    private bool stopping, rollingBack;
    private Exception? fault;

    private int Term => opening.Term;

    protected internal override void PreStart()
    {
        steps = new StepLoop(Context, Context.Executor("sums"), run, directory.Terms, sums, roster, log, observer, Committed);
        checkpoints = new CheckpointLedger(Context, Context.Executor("disk"), directory, roster, run.KeepCheckpoints);
        opening = new TermOpening(Context, run, directory, roster, checkpoints);
        supply = new StateSupply(Context, roster, checkpoints);
        evaluations = new EvaluationLedger(Context, directory, roster, run, log, observer);
        Context.ScheduleRepeated(nameof(Tick), run.AnswerWithin / TicksPerAnswer, new Tick());
        EndIfStoreFails(Claim);
    }

    protected internal override void Receive(object message)
    {
        if (phase != RunPhase.Ended && (message is not ITermed termed || termed.Term >= Term))
            EndIfStoreFails(() => Handle(message));
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case Here here:
                Take(here, Sender!);
                break;
            case Expect(var member):
                Context.Watch(member);
                break;
            case Terminated(var actor):
                Lose(actor);
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
            case StopRun:
                Stop();
                break;
            case Tick:
                steps.Tick();
                AskAgain();
                break;
            default:
                steps.Receive(message, Sender);
                break;
        }
    }

    private void Claim()
    {
        opening.Claim();
        phase = RunPhase.Gathering;
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
        if (phase == RunPhase.Gathering || (phase == RunPhase.Restoring && !member.Ready && here.State is not null && here.State != head))
            Gather(mayHold: true);
        else if (phase == RunPhase.Restoring && isNew && member.Role is Role.Worker or Role.Keeper)
            opening.Tell(member);
        else if (isNew || (member.Ready && isBehind))
            Welcome(member);
    }

    private void Gather(bool mayHold)
    {
        if (!opening.TryBegin(mayHold))
            return;
        (phase, head) = (RunPhase.Restoring, opening.Origin);
    }

    /// <summary>What was told long ago and not answered is told again.</summary>
    private void AskAgain()
    {
        var silent = roster.Replicas.Where(m => !m.Ready && IsLongAgo(m.ToldAt)).ToArray();
        foreach (var member in phase == RunPhase.Gathering ? [] : silent)
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

    private bool IsLongAgo(long timestamp) => Context.Clock.GetElapsedTime(timestamp) > run.AnswerWithin;

    private void Take(StateHeld held, IActorRef actor)
    {
        if (roster.Find(actor) is not { } member || member.Life != held.Life)
            return;
        (member.State, member.Ready) = (held.State, true);
        if (phase == RunPhase.Restoring)
            RunWhenRestored();
        else if (member.Role == Role.Keeper)
            steps.KeeperChanged();
        else
            steps.WorkersChanged();
    }

    private void RunWhenRestored()
    {
        if (!opening.TryComplete())
            return;
        phase = RunPhase.Running;
        if (rollingBack || head.Step > 0)
            log.Event(rollingBack ? "rollback" : "resume", new TermStep(Term, head.Step), run.EpochOf(head.Step));
        rollingBack = false;
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
        observer.Noted($"{member.Actor.Path} joins at step {head.Step}");
        if (supply.TrySupply(member, Term, head) is { } lost)
            GoBack(lost);
        else if (member.Role == Role.Worker)
            WorkerLost(member.Actor);
        else if (member.Role == Role.Evaluator)
            evaluations.Again(Term, head, worker: null);
    }

    private void GoBack(string why)
    {
        observer.Noted($"going back to the newest checkpoint: {why} ({fault?.Message ?? "cause unknown"})");
        (backSinceProgress, furthestAtBack) = furthest == furthestAtBack ? (backSinceProgress + 1, furthest) : (1, furthest);
        if (backSinceProgress > MostBackWithoutProgress)
        {
            End(fault ?? new InvalidOperationException($"the run went back {MostBackWithoutProgress} times and came no further than step {furthest}: {why}"));
            return;
        }

        rollingBack = true;
        Claim();
        Gather(mayHold: false);
    }

    private void Lose(IActorRef actor)
    {
        var lost = roster.Remove(actor);
        if (lost?.Role != Role.Worker || !roster.Workers.Any())
            End(fault ?? new InvalidOperationException($"{actor.Path} failed again and again and stays down; the run's log says why."));
        else
            WorkerLost(actor);
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
        furthest = Math.Max(furthest, head.Step);
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
        phase = RunPhase.Ended;
        steps.Close();
        checkpoints.Reset(null, known: false);
        Context.Cancel(nameof(Tick));
        observer.Ended(new RunEnd(head, reason is null && head.Step >= run.LastStep, reason));
    }

    private void EndIfStoreFails(Action action)
    {
        try
        {
            action();
        }
        catch (RunStoreException reason)
        {
            End(reason);
        }
    }

    private sealed record Tick;
}
