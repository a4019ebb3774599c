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
    private const int TicksPerAnswer = 40;
    private readonly Roster roster = new();
    private readonly EventLog log = new(directory.Metrics, run.Plan.StepsPerEpoch);
    private StepLoop steps = null!;
    private CheckpointLedger checkpoints = null!;
    private EvaluationLedger evaluations = null!;
    private TermStep head;
    private Checkpoint? origin;
    private long endingAskedAt;
    private int term;
    private Phase phase = Phase.Gathering;
    private bool stopping, rollingBack;
    private Exception? fault;

    private enum Phase
    {
        Gathering,
        Restoring,
        Running,
        Ending,
        Ended,
    }

    protected internal override void PreStart()
    {
        steps = new StepLoop(Context, Context.Executor("sums"), run, sums, roster, log, observer, Committed);
        checkpoints = new CheckpointLedger(Context, Context.Executor("disk"), directory, roster, run.KeepCheckpoints);
        evaluations = new EvaluationLedger(Context, directory, roster, run, log, observer);
        Context.ScheduleRepeated(nameof(Tick), run.AnswerWithin / TicksPerAnswer, new Tick());
        EndIfStoreFails(Claim);
    }

    protected internal override void Receive(object message)
    {
        if (phase != Phase.Ended && (message is not ITermed termed || termed.Term >= term))
            EndIfStoreFails(() => Handle(message));
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case Here here:
                Take(here, Sender!);
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
        term = directory.Terms.TryClaim($"{run.Identity}/{Context.Random.NextUInt64():x16}")
            ?? throw new RunStoreException($"{directory.Root}: another process claimed the next term at the same moment; start again.");
        phase = Phase.Gathering;
        steps.Close();
        evaluations.Reset();
        foreach (var member in roster.Members)
            member.Ready = false;
    }

    private void Take(Here here, IActorRef actor)
    {
        var isNew = roster.Take(actor, here, out var member);
        if (isNew)
            Context.Watch(actor);
        if (phase == Phase.Gathering || (phase == Phase.Restoring && !member.Ready && here.State is not null && here.State != head))
            StartWhenGathered(mayHold: true);
        else if (isNew || (member.Ready && member.IsBehind(head) && member.Role is Role.Worker or Role.Keeper))
            Welcome(member);
    }

    /// <summary>
    /// When all are there: everyone takes the newest state that counts, be it the one that the keeper and a worker hold (after the
    /// loss of a coordinator), or the newest checkpoint's, or the untrained one.
    /// </summary>
    private void StartWhenGathered(bool mayHold)
    {
        if (roster.Workers.Count() < run.Workers || roster.Keeper is not { } keeper || roster.Data is null || roster.Evaluator is null)
            return;
        var chain = directory.Terms.Chain();
        var held = mayHold && keeper.State is { } at && chain.Counts(at) && roster.Workers.Any(w => w.State == at) ? keeper.State : null;
        var checkpoint = held is null ? directory.Checkpoints.NewestValid(chain) : null;
        head = held ?? checkpoint?.At ?? default;
        checkpoints.Reset(checkpoint, known: held is null);
        phase = Phase.Restoring;
        origin = checkpoint;
        foreach (var member in roster.Members.Where(m => m.Role is Role.Worker or Role.Keeper))
            TellOrigin(member);
    }

    /// <summary>At the start of a term: take the state from which it goes on.</summary>
    private void TellOrigin(Roster.Member member)
    {
        member.ToldAt = Context.Clock.GetTimestamp();
        if (checkpoints.CanRebuild)
            member.Actor.Tell(new TakeState(term, new StateSource.FromCheckpoint(head, origin, [])), Self);
        else if (member.State == head)
            member.Actor.Tell(new TakeState(term, new StateSource.Held(head)), Self);
    }

    /// <summary>What was told long ago and not answered is told again.</summary>
    private void AskAgain()
    {
        var silent = roster.Members.Where(m => !m.Ready && m.Role is Role.Worker or Role.Keeper && IsLongAgo(m.ToldAt)).ToArray();
        foreach (var member in phase == Phase.Gathering ? [] : silent)
            if (phase == Phase.Restoring)
                TellOrigin(member);
            else
                Welcome(member);
        if (phase != Phase.Ending || !IsLongAgo(endingAskedAt))
            return;
        endingAskedAt = Context.Clock.GetTimestamp();
        checkpoints.Repeat(term, head);
        evaluations.Repeat(term, head);
    }

    private bool IsLongAgo(long timestamp) => Context.Clock.GetElapsedTime(timestamp) > run.AnswerWithin;

    private void Take(StateHeld held, IActorRef actor)
    {
        if (roster.Find(actor) is not { } member || member.Life != held.Life)
            return;
        (member.State, member.Ready) = (held.State, true);
        if (phase == Phase.Restoring)
            RunWhenRestored();
        else if (member.Role == Role.Keeper)
            steps.KeeperChanged();
        else
            steps.WorkersChanged();
    }

    private void RunWhenRestored()
    {
        var waitsFor = roster.Workers.Where(w => !w.Ready && (checkpoints.CanRebuild || w.State == head));
        if (roster.Keeper is not { Ready: true } || waitsFor.Any())
            return;
        directory.Terms.WriteStart(new StartRecord(term, head.Term, head.Step));
        phase = Phase.Running;
        if (rollingBack || head.Step > 0)
            log.Event(rollingBack ? "rollback" : "resume", new TermStep(term, head.Step), run.EpochOf(head.Step));
        rollingBack = false;
        observer.Started(head, term);
        foreach (var other in roster.Workers.Where(w => !w.Ready).ToArray())
            Welcome(other);
        if (!checkpoints.CanRebuild)
            checkpoints.Begin(term, head);
        Next();
    }

    /// <summary>A newcomer, a restarted member, or one that missed a commit gets what it needs to take part.</summary>
    private void Welcome(Roster.Member member)
    {
        (member.Ready, member.ToldAt) = (false, Context.Clock.GetTimestamp());
        observer.Noted($"{member.Actor.Path} joins at step {head.Step}");
        if (member.Role == Role.Worker)
        {
            steps.WorkersChanged(member.Actor);
            if (roster.ReadyWorkers.FirstOrDefault() is { } peer)
                peer.Actor.Tell(new ShareState(term, member.Actor), Self);
            else
                GoBack($"no worker holds the state of step {head.Step} any more");
        }
        else if (member.Role == Role.Keeper && checkpoints.CanRebuild)
            member.Actor.Tell(new TakeState(term, new StateSource.FromCheckpoint(head, checkpoints.Newest, checkpoints.Since())), Self);
        else if (member.Role == Role.Keeper)
            GoBack($"the bank of step {head.Step} is lost");
        else if (member.Role == Role.Evaluator)
            evaluations.Again(term, head);
    }

    private void GoBack(string why)
    {
        observer.Noted($"going back to the newest checkpoint: {why} ({fault?.Message ?? "cause unknown"})");
        rollingBack = true;
        Claim();
        StartWhenGathered(mayHold: false);
    }

    private void Lose(IActorRef actor)
    {
        if (roster.Remove(actor) is not { } lost)
            return;
        if (lost.Role != Role.Worker || !roster.Workers.Any())
            End(fault ?? new InvalidOperationException($"{actor.Path} stopped and was not started again."));
        else
            steps.WorkersChanged(actor);
    }

    private void Next()
    {
        if (head.Step < run.LastStep && !stopping)
        {
            steps.Open(term, head.Step + 1);
            return;
        }

        (phase, endingAskedAt) = (Phase.Ending, Context.Clock.GetTimestamp());
        checkpoints.Begin(term, head);
        evaluations.Begin(term, head);
        EndWhenDone();
    }

    private void Committed(StepReport report, KeeperDelta delta)
    {
        head = report.At;
        checkpoints.Committed(delta);
        log.Take(report);
        observer.Committed(report);
        if (run.Plan.Locate(head.Step).IndexInEpoch == run.Plan.StepsPerEpoch - 1)
            log.EndEpoch(head, report.Epoch);
        var due = run.DueAfter(head.Step);
        if (due.Checkpoint)
            checkpoints.Begin(term, head);
        if (due.Evaluation)
            evaluations.Begin(term, head);
        if (!directory.Terms.IsNewest(term))
            throw new RunStoreException($"{directory.Root}: a newer coordinator has claimed the run; this one steps down after step {head.Step}.");
        Next();
    }

    private void Stop()
    {
        stopping = true;
        if (phase is Phase.Gathering or Phase.Restoring)
            End(null);
    }

    private void EndWhenDone()
    {
        if (phase == Phase.Ending && (checkpoints.Holds(head) || head.Step == 0) && evaluations.IsIdle)
            End(null);
    }

    private void End(Exception? reason)
    {
        if (phase == Phase.Ended)
            return;
        phase = Phase.Ended;
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
