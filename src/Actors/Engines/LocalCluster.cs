using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>A cluster of this node alone.</summary>
internal sealed class LocalCluster(LocalEngine engine) : ICluster
{
    public Node Self => engine.Options.Node;

    public bool IsConnected => true;

    public IReadOnlyList<Node> Members { get; } = [engine.Options.Node];

    public void Subscribe(IActorRef subscriber) => subscriber.Tell(new MemberUp(Self));

    public IActorRef Resolve(Node node, string path) =>
        node == Self ? new PathRef(engine, path) : new ActorRef(engine, path, incarnation: 0);
}
