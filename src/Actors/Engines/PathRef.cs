using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>Whatever lives at a path of this node when something is sent there.</summary>
internal sealed class PathRef(LocalEngine engine, string path) : ActorRef(engine, path, incarnation: 0)
{
    internal override void Deliver(in Envelope envelope)
    {
        if (Engine.Living(Path) is { } actor)
            actor.Deliver(envelope);
        else
            base.Deliver(envelope);
    }

    internal override void Signal(object signal)
    {
        if (Engine.Living(Path) is { } actor)
            actor.Signal(signal);
        else
            base.Signal(signal);
    }
}
