using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>Who hears of changes of the membership, until it stops or restarts. Its owner sees to it that nobody misses one.</summary>
internal sealed class Subscribers
{
    private readonly List<(LocalActor Actor, long Life)> subscribers = [];

    /// <summary>Once for each life.</summary>
    public LocalActor Add(IActorRef subscriber)
    {
        var actor = subscriber as LocalActor ?? throw new ArgumentException($"{subscriber.Path} is not an actor of this node.", nameof(subscriber));
        if (!subscribers.Contains((actor, actor.Life)))
            subscribers.Add((actor, actor.Life));
        return actor;
    }

    public void Tell(object change)
    {
        subscribers.RemoveAll(subscriber => subscriber.Actor.Life != subscriber.Life);
        foreach (var (actor, _) in subscribers)
            actor.Tell(change);
    }
}
