using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// Starts and supervises the actors of one process: what fails is restarted, at most three times a minute. A member that stays
/// down is the coordinator's to mourn; a coordinator that stays down ends the run.
/// </summary>
public sealed class Guardian(Func<Actor> makeCoordinator, IReadOnlyList<(string Name, Func<IActorRef, Actor> Make)> members, IRunObserver observer) : Actor
{
    private IActorRef? coordinator;

    protected internal override SupervisorStrategy Supervision { get; } = new(_ => Directive.Restart, 3, TimeSpan.FromMinutes(1));

    protected internal override void PreStart()
    {
        coordinator = Context.Spawn(Props.Of(makeCoordinator), "coordinator");
        Context.Watch(coordinator);
        foreach (var (name, make) in members)
            coordinator.Tell(new Expect(Context.Spawn(Props.Of(() => make(coordinator)), name)), Self);
    }

    protected internal override void Receive(object message)
    {
        if (message is StopRun)
            coordinator!.Tell(message, Self);
        else if (message is Terminated)
            observer.Ended(new RunEnd(default, Finished: false, new InvalidOperationException(
                "The coordinator failed again and again; the run's log says why. The last checkpoint is intact: try resume.")));
    }
}
