using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>
/// Whether it is this node's turn to coordinate: the first of the reachable nodes with that role, by start, when no other one is heard
/// of. Only a proposal: who claims a term in the run directory coordinates.
/// </summary>
internal sealed class Succession(IActorContext context, TimeSpan settle)
{
    /// <summary>A coordinator speaks every second; one that is silent for so long has lost its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private readonly List<Node> reachable = [];
    private Coordinates? incumbent;
    private long heardAt, listensSince = context.Clock.GetTimestamp();

    /// <summary>The newest term heard of.</summary>
    public int Term => incumbent?.Term ?? 0;

    public void Take(object membership)
    {
        switch (membership)
        {
            case MemberUp(var node) when !reachable.Contains(node):
                reachable.Add(node);
                break;
            case MemberReachable(var node) when !reachable.Contains(node):
                reachable.Add(node);
                break;
            case MemberUnreachable(var node):
                reachable.Remove(node);
                break;
            case MemberRemoved(var node):
                reachable.Remove(node);
                break;
        }
    }

    public void Take(Coordinates coordinates) => (incumbent, heardAt) = (coordinates, context.Clock.GetTimestamp());

    /// <summary>This node has stepped down: it listens for the one that was faster.</summary>
    public void Listen() => listensSince = context.Clock.GetTimestamp();

    /// <summary>Whether no coordinator was heard for so long.</summary>
    public bool IsSilent(TimeSpan time) => incumbent is null || context.Clock.GetElapsedTime(heardAt) > time;

    public bool IsMyTurn()
    {
        var self = context.Cluster.Self;
        if (!context.Cluster.IsConnected || context.Clock.GetElapsedTime(listensSince) < settle)
            return false;
        var isSilent = incumbent is not null && context.Clock.GetElapsedTime(heardAt) > Patience;
        if (incumbent is not null && incumbent.Node != self && reachable.Contains(incumbent.Node) && !isSilent)
            return false;
        var candidates = reachable.Where(n => n.Roles.Contains("coordinator") && !(isSilent && n == incumbent!.Node && n != self));
        return candidates.OrderBy(n => n.Incarnation).ThenBy(n => n.Name, StringComparer.Ordinal).FirstOrDefault() == self;
    }
}
