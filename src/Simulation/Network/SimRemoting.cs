using Kindred.Actors.Engines;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>What one node sends to others and gets from them. Refs are each node's own: what arrives is made anew with those of the receiver.</summary>
internal sealed class SimRemoting : IRemoting
{
    private readonly SimEngine engine;
    private readonly SimNetwork network;
    private readonly RefBook refs;
    private readonly RemoteSignals signals;

    public SimRemoting(SimEngine engine, SimNetwork network)
    {
        (this.engine, this.network) = (engine, network);
        refs = new RefBook(this, engine.Local);
        signals = new RemoteSignals(engine.Cluster.IsGone, (kind, to, from) => network.Signal(engine, kind, to, from));
    }

    public RemoteRef Resolve(Node node, string path) => refs.Remote(node, path);

    public void Send(RemoteRef to, in Envelope envelope) => network.Send(engine, to, envelope);

    public void Signal(RemoteRef to, object signal) => signals.Send(to, signal);

    public void SendUndelivered(RemoteRef ask, string reason) => network.Signal(engine, RemoteKind.Undelivered, ask, null, reason);

    public void EndWatches(Node node) => signals.EndWatches(node);

    public void Take(SimEngine from, RemoteRef to, in Envelope envelope) => Own(to).Deliver(envelope with
    {
        Message = Readdressed.Of(envelope.Message, actor => Seen(from, actor)),
        Sender = envelope.Sender is { } sender ? Seen(from, sender) : null,
    });

    public void TakeSignal(SimEngine from, RemoteKind kind, RemoteRef to, IActorRef? about, string reason) =>
        signals.Take(kind, Own(to), about is null ? null : (ActorRef)Seen(from, about), reason);

    private IActorRef Seen(SimEngine from, IActorRef actor) => refs.RefTo(from.Remoting.refs.AddressOf(actor));

    private ActorRef Own(RemoteRef to) => (ActorRef)refs.RefTo(to.Address);
}
