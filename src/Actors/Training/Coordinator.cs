using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// One in the run. Claims a term, finds the newest state that counts and hands it to everyone, then drives step after step
/// (<see cref="StepLoop"/>, in async <see cref="AsyncLoop"/>) with a checkpoint and an evaluation now and then. A member that is lost
/// and comes back gets its state from a peer; when the state itself is lost, the run goes back to a checkpoint, and every going back is
/// a new term. When it hears of a newer term it steps down.
/// </summary>
public sealed partial class Coordinator(RunOptions run, RunDirectory directory, ISum sums, IRunObserver observer) : Actor
{
    private const int TicksPerAnswer = 40;
    private readonly EventLog log = new(directory.Metrics, run.Plan.StepsPerEpoch);
    private readonly Backtracking back = new();
    private Roster roster = null!;
    private ICommitLoop steps = null!;
    private CheckpointLedger checkpoints = null!;
    private EvaluationLedger evaluations = null!;
    private TermOpening opening = null!;
    private StateSupply supply = null!;
    private ReplicaCheck replicas = null!;
    private Announcer announcer = null!;
    private Presence presence = null!;
    private TermStep head;
    private RunPhase phase = RunPhase.Gathering;
    private long endingAskedAt, lookedAt;
    private bool stopping, goesBack;
    private string? waitsFor;
    private Exception? fault;

    /// <summary>For whoever checks it: a shard that nobody will compute; null: there is none.</summary>
    internal string? LostLease => phase == RunPhase.Running ? steps.LostLease : null;

    /// <summary>Where it stands and whom it knows, on one line.</summary>
    public override string ToString() => $"term {Term}, {phase} at {head.Step}, {steps}; {string.Join(", ", roster.Members)}";

    private int Term => opening.Term;

    protected internal override void PreStart()
    {
        roster = new Roster(Context.Cluster.Self);
        var adder = Context.Executor("sums");
        steps = run.Staleness > 0
            ? new AsyncLoop(Context, adder, run, directory.Terms, sums, roster, log, observer, Committed)
            : new StepLoop(Context, adder, run, directory.Terms, sums, roster, log, observer, Committed);
        checkpoints = new CheckpointLedger(Context, Context.Executor("disk"), directory, roster, run.KeepCheckpoints);
        opening = new TermOpening(Context, run, directory, roster, checkpoints);
        replicas = new ReplicaCheck(Context, roster, run.AnswerWithin);
        supply = new StateSupply(Context, roster, checkpoints, steps);
        evaluations = new EvaluationLedger(Context, directory, roster, run, log, observer);
        announcer = new Announcer(Context);
        Context.ScheduleRepeated(nameof(Tick), run.AnswerWithin / TicksPerAnswer, new Tick());
        announcer.Start();
        presence = new Presence(Context, directory, run.Host, roster);
        presence.Start();
        EndIfStoreFails(() =>
        {
            Claim();
            if (run.WaitsForMembers && directory.ReadEnd() is { } end && end.Step >= run.LastStep)
                EndAgain(end);
            else
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
            case StateSaved saved:
                checkpoints.Take(saved, Sender!);
                break;
            case StateHashed hashed:
                replicas.Take(hashed, Sender!);
                Judge();
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
            case Presence.Renew:
                presence.Tell(new TermStep(Term, head.Step), phase, waitsFor);
                break;
            case Presence.NotWritten(var reason):
                presence.Failed(reason);
                break;
            case Faulted(var reason):
                fault = reason;
                break;
            case Failed(var reason):
                End(reason);
                break;
            case Tick:
                OnTick();
                break;
            case Coordinates newer when newer.Term > Term:
                StepDown();
                break;
            case StopRun:
                Stop();
                break;
            case TermLookedAt looked when looked.Term == Term && !looked.IsNewest:
                throw new SupersededException($"a newer coordinator has claimed the run: this one steps down at step {head.Step}.");
            case TermLookedAt { End: { } end } when phase == RunPhase.Gathering && end.Step >= run.LastStep:
                EndAgain(end);
                break;
            case TermLookedAt:
                break;
            default:
                if (!TakeMembership(message))
                    steps.Receive(message, Sender);
                break;
        }
    }

    private void Claim()
    {
        opening.Claim();
        phase = RunPhase.Gathering;
        announcer.Tell(Term);
        steps.Close();
        replicas.Reset();
        log.Reset();
        evaluations.Reset();
    }

    private void Gather()
    {
        if (opening.WaitsFor() is { } missing)
        {
            Wait(missing);
            return;
        }

        waitsFor = null;
        opening.Begin(goesBack);
        (phase, head) = (RunPhase.Restoring, opening.Origin);
    }

    private void Wait(string missing)
    {
        if (run.WaitsForMembers && missing != waitsFor)
            observer.Noted($"waits for {missing}");
        waitsFor = missing;
    }

    private void OnTick()
    {
        if (phase == RunPhase.Gathering || (phase == RunPhase.Restoring && opening.IsHopeless))
            Gather();
        else
            TellAgain();
        steps.Tick();
        replicas.Repeat(Term);
        Judge();
        LookForNewerTerm();
        if (phase != RunPhase.Ending || !IsLongAgo(endingAskedAt))
            return;
        endingAskedAt = Context.Clock.GetTimestamp();
        checkpoints.Repeat(Term, head);
        evaluations.Repeat(Term, head);
        EndWhenDone();
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
        var term = Term;
        Context.Run(
            Context.Executor("disk"),
            () => new TermLookedAt(term, directory.Terms.IsNewest(term), run.WaitsForMembers ? directory.ReadEnd() : null),
            looked => looked,
            error => new Failed(error));
    }

    private bool IsLongAgo(long timestamp) => timestamp == 0 || Context.Clock.GetElapsedTime(timestamp) > run.AnswerWithin;

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

    private void Next()
    {
        if (head.Step < run.LastStep && !stopping)
        {
            steps.Open(Term, head.Step + 1);
            return;
        }

        (phase, endingAskedAt) = (RunPhase.Ending, Context.Clock.GetTimestamp());
        Save();
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
        var endsEpoch = run.Plan.Locate(head.Step).IndexInEpoch == run.Plan.StepsPerEpoch - 1;
        if (endsEpoch)
            log.EndEpoch(head, report.Epoch);
        var due = run.DueAfter(head.Step);
        if (due.Checkpoint || checkpoints.IsLongSince)
            Save();
        else if (endsEpoch && replicas.IsIdle)
            Compare(head);
        if (due.Evaluation)
            evaluations.Begin(Term, head);
        Next();
    }

    private void Save()
    {
        if (checkpoints.TryBegin(Term, head))
            Compare(head);
    }

    private void Stop()
    {
        stopping = true;
        if (phase is RunPhase.Gathering or RunPhase.Restoring && !roster.Workers.Any(w => w.State is not null))
            End(null);
    }

    private void EndWhenDone()
    {
        if (phase != RunPhase.Ending || !(checkpoints.Holds(head) || head.Step == 0) || !evaluations.IsIdle)
            return;
        if (head.Step >= run.LastStep)
            directory.WriteEnd(head);
        End(null);
    }

    /// <summary>The run was over already, and this node away when that was said.</summary>
    private void EndAgain(TermStep at)
    {
        head = at;
        End(null);
    }

    private void End(Exception? reason)
    {
        if (phase == RunPhase.Ended)
            return;
        Close();
        presence.End(new TermStep(Term, head.Step));
        var end = new RunEnd(head, reason is null && head.Step >= run.LastStep, reason);
        announcer.End(new RunOver(Term, end.At, end.Finished, reason?.Message), () => observer.Ended(end));
    }

    private void StepDown()
    {
        Close();
        presence.StepDown();
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

    private sealed record TermLookedAt(int Term, bool IsNewest, TermStep? End);
}
