using System.Diagnostics;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>What the keeper holds of a shard: its projections, who sent them, and the answer.</summary>
internal sealed class HeldShard(Projections message, IActorRef worker, ActivityContext trace) : IDisposable
{
    public long Step => message.Step;

    public long Round => message.Round;

    public int Number => message.Shard;

    public TensorBundle Projections => message.Bundle;

    /// <summary>That in which the projections came.</summary>
    public ActivityContext Trace => trace;

    public IActorRef Worker { get; set; } = worker;

    public TensorBundle? Answer { get; private set; }

    /// <summary>Loss, detections and bank rows of the group of shards that was answered together, at its first shard.</summary>
    public ContrastAnswer? Part { get; private set; }

    public bool OnDevice { get; set; }

    public bool Dropped { get; private set; }

    public void TakeAnswer(TensorBundle gradient, ContrastAnswer? part)
    {
        (OnDevice, Answer, Part) = (false, gradient, part);
        if (Dropped)
            Dispose();
    }

    public void Dispose()
    {
        Dropped = true;
        if (OnDevice)
            return;
        Projections.Dispose();
        Answer?.Dispose();
        Part?.Rows?.Dispose();
    }
}
