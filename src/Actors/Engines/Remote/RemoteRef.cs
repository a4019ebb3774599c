using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>An actor on another node, or whatever lives at a path there (life 0).</summary>
internal sealed class RemoteRef(IRemoting remoting, LocalEngine engine, Node node, string path, long life)
    : ActorRef(engine, node.Name + path, life), IUndelivered
{
    internal override Node Home => node;

    internal RemoteAddress Address { get; } = new(node.Name, node.Incarnation, path, life);

    internal override void Deliver(in Envelope envelope) => remoting.Send(this, envelope);

    internal override void Signal(object signal) => remoting.Signal(this, signal);

    public void Undelivered(string reason)
    {
        if (path.EndsWith(AskTable.Suffix, StringComparison.Ordinal))
            remoting.SendUndelivered(this, reason);
    }
}
