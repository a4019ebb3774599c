using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>Tells the guardian of every node who coordinates, again and again; and at the end that the run is over, until each has heard it.</summary>
internal sealed class Announcer(IActorContext context)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), Farewell = TimeSpan.FromSeconds(5);
    private readonly HashSet<Node> deaf = [];
    private RunOver? over;
    private Action? then;
    private long overSince;

    public void Start() => context.ScheduleRepeated(nameof(Announcer), Period, new Announce());

    public void Tell(int term)
    {
        if (over is not null)
        {
            TellOver();
            return;
        }

        foreach (var node in context.Cluster.Members)
            context.Cluster.Resolve(node, Guardian.Path).Tell(new Coordinates(term, context.Cluster.Self), context.Self);
    }

    public void Stop() => context.Cancel(nameof(Announcer));

    /// <summary>Runs <paramref name="whenHeard"/> once every other node has heard it, or has had time enough.</summary>
    public void End(RunOver end, Action whenHeard)
    {
        (over, then, overSince) = (end, whenHeard, context.Clock.GetTimestamp());
        deaf.UnionWith(context.Cluster.Members.Where(n => n != context.Cluster.Self));
        TellOver();
    }

    public void Heard(Node node)
    {
        deaf.Remove(node);
        if (over is not null)
            TellOver();
    }

    private void TellOver()
    {
        deaf.IntersectWith(context.Cluster.Members);
        foreach (var node in deaf)
            context.Cluster.Resolve(node, Guardian.Path).Tell(over!, context.Self);
        if (deaf.Count > 0 && context.Clock.GetElapsedTime(overSince) < Farewell)
            return;
        Stop();
        then?.Invoke();
        then = null;
    }

    /// <summary>The timer's message.</summary>
    public sealed record Announce;
}
