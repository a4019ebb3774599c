using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Training;

namespace Kindred.Simulation.Worlds;

/// <summary>What a host does when its node is to leave: asks the coordinator whether it may, and doesn't wait for ever.</summary>
internal sealed class Leaver(Action leave) : Actor
{
    public const string Name = "leaver", Path = "/" + Name;
    private static readonly TimeSpan SavedWithin = TimeSpan.FromSeconds(30);

    protected internal override void PreStart()
    {
        var cluster = Context.Cluster;
        Context.Schedule(nameof(MayLeave), SavedWithin, new MayLeave());
        cluster.Resolve(cluster.Self, Guardian.Path).Tell(new Leave(cluster.Self), Context.Self);
    }

    protected internal override void Receive(object message)
    {
        if (message is MayLeave)
            leave();
    }
}
