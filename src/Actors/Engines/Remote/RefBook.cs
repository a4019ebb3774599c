using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>Refs as addresses, and back: of this node's own actors the very refs that they have here.</summary>
internal sealed class RefBook(IRemoting remoting, LocalEngine engine)
{
    private readonly Node self = engine.Options.Node;
    private readonly AskTable asks = new();

    /// <param name="life">0: whatever lives at the path.</param>
    public RemoteRef Remote(Node node, string path, long life = 0) => new(remoting, engine, node, path, life);

    /// <exception cref="ArgumentException">The ref belongs to no engine of this kind.</exception>
    public RemoteAddress AddressOf(IActorRef actor)
    {
        if (actor is RemoteRef remote)
            return remote.Address;
        if (actor is not ActorRef own)
            throw new ArgumentException($"{actor.Path} is not an actor of this engine.", nameof(actor));
        asks.Add(own);
        return new RemoteAddress(self.Name, self.Incarnation, own.Path, own.Incarnation);
    }

    public IActorRef RefTo(RemoteAddress address)
    {
        var (name, incarnation, path, life) = address;
        if (name != self.Name || incarnation != self.Incarnation)
            return Remote(new Node(name, incarnation, []), path, life);
        if (life == 0)
            return new PathRef(engine, path);
        if (engine.Living(path) is { } actor && actor.Incarnation == life)
            return actor;
        return asks.Find(path, life) ?? new ActorRef(engine, path, life);
    }
}
