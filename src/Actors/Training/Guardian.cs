using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// Starts and supervises the actors of one node: its members, and the coordinator when it is this node's turn. What fails is
/// restarted, at most three times a minute. A member that stays down is told to the coordinator, and the last one of its role ends a cluster's
/// node, whose supervisor starts it anew; a coordinator that stays down ends the run here.
/// </summary>
/// <param name="makeCoordinator">Null: this node never coordinates.</param>
/// <param name="readEnd">Reads how the run ended, for a node that was away then; null: none can have been.</param>
/// <param name="settle">How long a node that starts, or has stepped down, listens for a coordinator before it takes its turn; zero on one machine.</param>
public sealed class Guardian(
    Func<Actor>? makeCoordinator, IReadOnlyList<(string Name, Role Role, Func<IActorRef, Actor> Make)> members, IRunObserver observer,
    TimeSpan settle, Func<RunEnd?>? readEnd = null) : Actor
{
    public const string Name = "training", Path = "/" + Name;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.25);

    /// <summary>After so long without a coordinator a node looks whether the run is over.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private readonly Dictionary<IActorRef, Role> alive = [];
    private readonly List<Down> down = [];
    private Succession succession = null!;
    private IActorRef? proxy, coordinator;
    private IExecutor? disk;
    private bool isAskedToLeave, steppedDown, ended, warned;

    protected internal override SupervisorStrategy Supervision { get; } = new(_ => Directive.Restart, 3, TimeSpan.FromMinutes(1));

    protected internal override void PreStart()
    {
        succession = new Succession(Context, settle);
        proxy = Context.Spawn(Props.Of(() => new CoordinatorProxy()), "to-coordinator");
        foreach (var (name, role, make) in members)
        {
            var member = Context.Spawn(Props.Of(() => make(proxy)), name);
            Context.Watch(member);
            alive.Add(member, role);
        }

        Context.Cluster.Subscribe(Self);
        Context.ScheduleRepeated(nameof(Look), Period, new Look());
        if (readEnd is null)
            return;
        disk = Context.Executor("disk");
        Context.ScheduleRepeated(nameof(LookForEnd), Silence, new LookForEnd());
        ReadEnd();
    }

    protected internal override void Receive(object message)
    {
        switch (message)
        {
            case Coordinates coordinates when coordinates.Term >= succession.Term:
                Follow(coordinates);
                break;
            case SteppedDown:
                steppedDown = true;
                succession.Listen();
                Context.Stop(coordinator!);
                break;
            case Terminated(var actor) when actor.Equals(coordinator):
                CoordinatorStopped();
                break;
            case Terminated(var member):
                alive.Remove(member, out var role);
                down.Add(new Down(member, role));
                proxy!.Tell(down[^1], Self);
                if (readEnd is not null && !alive.ContainsValue(role))
                    End(new RunEnd(default, Finished: false, new NodeFailedException($"{member.Path} failed again and again, this node's log says why: the node ends, to be started anew.")));
                break;
            case Dismissed dismissed when dismissed.Term >= succession.Term:
                End(new RunEnd(default, Finished: false, dismissed.Reason));
                break;
            case StopRun stop:
                isAskedToLeave |= stop.Leaves;
                (stop.Leaves ? coordinator : proxy)?.Tell(stop, Self);
                break;
            case Leave when succession.IsSilent(Silence): // nobody coordinates
                Sender!.Tell(new MayLeave(IsSaved: false), Self);
                break;
            case Leave:
                proxy!.Tell(message, Sender);
                break;
            case RunOver over when over.Term >= succession.Term:
                Sender?.Tell(new RunOverHeard(Context.Cluster.Self), Self);
                End(new RunEnd(over.At, over.Finished, over.Reason));
                break;
            case LookForEnd when disk!.Pending == 0 && succession.IsSilent(Silence):
                ReadEnd();
                break;
            case EndRead({ } end, _) when coordinator is null && !ended:
                End(end);
                break;
            case EndRead(_, { } unreadable) when !warned:
                warned = true;
                observer.Noted($"whether the run is over can't be read: {unreadable.Message}");
                break;
            default:
                succession.Take(message);
                break;
        }

        if (makeCoordinator is not null && coordinator is null && !ended && succession.IsMyTurn())
            Context.Watch(coordinator = Context.Spawn(Props.Of(makeCoordinator), "coordinator"));
    }

    private void Follow(Coordinates coordinates)
    {
        var isNew = coordinates.Term > succession.Term;
        succession.Take(coordinates);
        proxy!.Tell(coordinates, Sender);
        if (isAskedToLeave) // there may have been no coordinator then, or another life of it
            coordinator?.Tell(new StopRun(Leaves: true), Self);
        if (!isNew)
            return;
        foreach (var member in alive.Keys)
            member.Tell(Heartbeat.Beat.Instance, Self);
        foreach (var lost in down)
            proxy.Tell(lost, Self);
        if (coordinator?.Equals(Sender) == false)
            coordinator.Tell(coordinates, Sender);
    }

    private void CoordinatorStopped()
    {
        coordinator = null;
        if (!steppedDown)
            End(new RunEnd(default, Finished: false, new InvalidOperationException(
                "The coordinator failed again and again; the run's log says why. The last checkpoint is intact: try resume.")));
        steppedDown = false;
    }

    private void End(RunEnd end)
    {
        ended = true;
        observer.Ended(end);
    }

    /// <summary>What can't be read now is looked for again.</summary>
    private void ReadEnd() => Context.Run(disk!, readEnd!, end => new EndRead(end, null), reason => new EndRead(null, reason));

    private sealed record Look;

    private sealed record LookForEnd;

    private sealed record EndRead(RunEnd? End, Exception? Reason);
}
