using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data;
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
    private readonly HashSet<Node> leaving = [];
    private readonly List<(IActorRef Node, TermStep At)> waitForSave = [];
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
    private long endingAskedAt, lookedAt, waitsSince;
    private bool isAskedToLeave, goesBack;
    private long? stopAskedAt;
    private string? waitsFor;
    private Exception? fault;

    /// <summary>For whoever checks it: a shard that nobody will compute; null: there is none.</summary>
    internal string? LostLease => phase == RunPhase.Running ? steps.LostLease : null;

    /// <summary>Where it stands and whom it knows, on one line.</summary>
    public override string ToString() => $"term {Term}, {phase} at {head.Step}, {steps}; {string.Join(", ", roster.Members)}";

    private int Term => opening.Term;

    /// <summary>After this state the run ends.</summary>
    private bool IsLast => head.Step >= run.LastStep || IsStopping;

    protected internal override void PreStart()
    {
        roster = new Roster(Context.Cluster.Self, run.Cluster is not null);
        var adder = Context.Executor("sums");
        steps = run.Staleness > 0
            ? new AsyncLoop(Context, adder, run, directory.Terms, sums, roster, log, observer, Committed)
            : new StepLoop(Context, adder, run, directory.Terms, sums, roster, log, observer, Committed);
        checkpoints = new CheckpointLedger(Context, Context.Executor("disk"), directory, roster, run, observer);
        opening = new TermOpening(Context, run, directory, roster, checkpoints);
        replicas = new ReplicaCheck(Context, roster, run.AnswerWithin);
        supply = new StateSupply(Context, roster, opening, checkpoints, steps);
        evaluations = new EvaluationLedger(Context, directory, roster, run, log, observer);
        announcer = new Announcer(Context);
        Context.ScheduleRepeated(nameof(Tick), run.AnswerWithin / TicksPerAnswer, new Tick());
        presence = new Presence(Context, directory, run, roster);
        announcer.Start();
        presence.Start();
        EndIfStoreFails(() =>
        {
            if (TryClaim())
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
            case StateHashed hashed:
                replicas.Take(hashed, Sender!);
                Judge();
                break;
            case EvaluationBegun begun:
                evaluations.Take(begun);
                break;
            case Evaluated evaluation:
                evaluations.Take(evaluation);
                EndWhenDone();
                break;
            case Presence.Renew:
                presence.Tell(new TermStep(Term, head.Step), ShownPhase, Context.Cluster.IsConnected ? waitsFor ?? EndWaitsFor : "the broker");
                break;
            case Presence.NotWritten(var reason):
                presence.Failed(reason);
                break;
            case Faulted(var reason):
                fault = reason;
                break;
            case Failed(RunStoreException reason, { } of) when of < Term || IsDispensable(roster.Find(Sender)) || checkpoints.WasPassedOver(Sender!):
                observer.Noted($"{roster.NameOf(Sender!)} starts again: {reason.Message}");
                break;
            case Failed(DataException reason, _) when run.WaitsForMembers && TryDoWithout(Sender!, reason):
                break;
            case Failed(var reason, _):
                End(reason);
                break;
            case Tick:
                OnTick();
                break;
            case Coordinates newer when newer.Term > Term:
                StepDown();
                break;
            case StopRun(var leaves):
                Stop(leaves);
                break;
            case Leave(var node):
                Leave(node, Sender!);
                break;
            case TermLookedAt looked when looked.Term == Term && !looked.IsNewest:
                throw new SupersededException($"a newer coordinator has claimed the run: this one steps down at step {head.Step}.");
            case TermLookedAt { End: { } end } when phase == RunPhase.Gathering:
                EndAlone(end);
                break;
            case TermLookedAt:
                break;
            default:
                if (!TakeMembership(message) && !TakeCheckpoint(message))
                    OfStep(message);
                break;
        }
    }

    private void OfStep(object message)
    {
        steps.Receive(message, Sender);
        if (message is PullFailed)
            ReplaceKeeperIfCutOff();
    }

    private void OnTick()
    {
        if (phase is RunPhase.Gathering or RunPhase.Restoring && opening.NeedsNewTerm)
            TryClaim();
        else if (phase == RunPhase.Gathering || (phase == RunPhase.Restoring && opening.IsHopeless))
            Gather();
        else if (phase == RunPhase.Restoring)
            RunWhenRestored();
        else
            Wait(roster.Missing(leastWorkers: 1));
        if (phase == RunPhase.Ended)
            return;
        if (phase != RunPhase.Gathering)
            TellAgain();
        EndUnfinishedStep();
        steps.Tick();
        ReplaceKeeperIfCutOff();
        if (phase is RunPhase.Running or RunPhase.Ending)
            checkpoints.Repeat(Term, head);
        replicas.Repeat(Term);
        Judge();
        LookForNewerTerm();
        if (phase != RunPhase.Ending || !IsLongAgo(endingAskedAt))
            return;
        endingAskedAt = Context.Clock.GetTimestamp();
        DropOpenShards();
        evaluations.Repeat(Term, head);
        EndWhenDone();
    }

    private bool IsLongAgo(long timestamp) => timestamp == 0 || Context.Clock.GetElapsedTime(timestamp) > run.AnswerWithin;

    private void Next()
    {
        if (!IsLast)
        {
            steps.Open(Term, head.Step + 1);
            return;
        }

        BeginEnding(evaluates: true);
    }

    private void BeginEnding(bool evaluates)
    {
        (phase, endingAskedAt) = (RunPhase.Ending, Context.Clock.GetTimestamp());
        Save();
        if (evaluates)
            evaluations.BeginLast(Term, head);
        EndWhenDone();
    }

    private void Committed(StepReport report, KeeperDelta delta)
    {
        head = report.At;
        fault = head.Step > back.Furthest ? null : fault;
        back.Reached(head.Step);
        Remember(report.Seconds);
        checkpoints.Committed(delta);
        log.Take(report);
        TrainingTelemetry.Record(report);
        observer.Committed(report);
        var endsEpoch = run.Plan.Locate(head.Step).IndexInEpoch == run.Plan.StepsPerEpoch - 1;
        if (endsEpoch)
            log.EndEpoch(head, report.Epoch);
        var due = run.DueAfter(head.Step);
        var isSaved = (due.Checkpoint || checkpoints.IsLongSince) && Save(mostUnderWay: due.Evaluation && run.KeepBest ? 2 : 1);
        if (!isSaved && endsEpoch && replicas.IsIdle)
            Compare(head);
        if (due.Evaluation && !IsLast)
            evaluations.Begin(Term, head);
        Next();
    }

    private sealed record Tick;
}
