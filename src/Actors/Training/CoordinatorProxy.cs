using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>
/// What a node's members know as their coordinator: passes everything on to whoever coordinates now. While nobody does, messages are
/// lost, as they are on any line; heartbeats and repetitions mend that.
/// </summary>
internal sealed class CoordinatorProxy : Actor
{
    private IActorRef? coordinator;

    protected internal override void Receive(object message)
    {
        if (message is Coordinates)
            coordinator = Sender;
        else if (coordinator is not null)
            coordinator.Tell(message, Sender);
        else
            (message as ICarriesBundles)?.Release();
    }
}
