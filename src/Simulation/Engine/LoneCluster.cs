using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>A cluster of this node alone.</summary>
internal sealed class LoneCluster(SimEngine engine) : ICluster
{
    public Node Self => engine.Options.Node;

    public bool IsConnected => true;

    public IReadOnlyList<Node> Members { get; } = [engine.Options.Node];

    public void Subscribe(IActorRef subscriber) => subscriber.Tell(new MemberUp(Self));

    public IActorRef Resolve(Node node, string path) => node == Self ? new SimRef(engine, path) : new NobodyRef(engine, path);
}

/// <summary>A path of a node that nobody knows.</summary>
internal sealed class NobodyRef(SimEngine engine, string path) : SimRef(engine, path)
{
    public override bool IsActor => true;

    public override void Deliver(in Envelope envelope) => Engine.DeadLetter(envelope, this, "no such actor");

    public override void Signal(object signal)
    {
        if (signal is Watch(var watcher, var watched))
            watcher.Signal(Engine, new Terminated(watched));
    }
}
