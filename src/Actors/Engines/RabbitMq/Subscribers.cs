using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Who hears of changes of the membership, until it stops or restarts. Used under the cluster's lock, so that nobody misses one.</summary>
internal sealed class Subscribers
{
    private readonly Dictionary<LocalActor, long> lives = [];

    public void Add(LocalActor subscriber) => lives[subscriber] = subscriber.Life;

    public void Tell(object change)
    {
        foreach (var (subscriber, life) in lives.ToList())
        {
            if (subscriber.Life == life)
                subscriber.Tell(change);
            else
                lives.Remove(subscriber);
        }
    }
}
