using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>A shard that a <see cref="LocalWorker"/> trains over the batches of a step.</summary>
internal sealed class LocalShard(ShardLease lease, (long First, int Count) batches) : IDisposable
{
    private readonly Dictionary<long, TensorBundle> views = [];
    private readonly List<(long Batch, TensorBundle Projections)> learned = [];

    public ShardLease Lease { get; set; } = lease;

    /// <summary>The batch that is being computed.</summary>
    public long Batch { get; private set; } = batches.First;

    public long LastBatch => batches.First + batches.Count - 1;

    public bool HasBegun { get; set; }

    /// <summary>The device is computing with these tensors; disposing waits for it.</summary>
    public bool OnDevice { get; set; }

    public bool Dropped { get; private set; }

    /// <summary>Of the present batch.</summary>
    public TensorBundle? Views => views.GetValueOrDefault(Batch);

    /// <summary>Projections of the batches before, which a new keeper may need.</summary>
    public IReadOnlyList<(long Batch, TensorBundle Projections)> Learned => learned;

    public Encoded? Encoded { get; private set; }

    public TensorBundle? ProjectionGradient { get; set; }

    public ShardGradients? Answer { get; private set; }

    public bool Expects(ProjectionGradients answer) =>
        answer.Step == Lease.Step && answer.Shard == Lease.Shard && answer.Round == Batch && Encoded is not null && ProjectionGradient is null;

    /// <summary>Keeps those of the present batch and the next; any others are late.</summary>
    public void TakeViews(Views message)
    {
        var isWanted = message.Step == Batch + 1 || (message.Step == Batch && Encoded is null);
        if (!isWanted || !views.TryAdd(message.Step, message.Bundle))
            message.Bundle.Dispose();
    }

    public void TakeEncoded(Encoded encoded)
    {
        (OnDevice, Encoded) = (false, encoded);
        if (views.Remove(Batch, out var done))
            done.Dispose();
        if (Dropped)
            Dispose();
    }

    /// <summary>The batch is learned; with an answer it was the last.</summary>
    public void TakeBatch(ShardGradients? answer)
    {
        (OnDevice, Answer) = (false, answer);
        Encoded!.Graph?.Dispose();
        learned.Add((Batch, Encoded.Projections));
        ProjectionGradient?.Dispose();
        (Encoded, ProjectionGradient) = (null, null);
        if (answer is null)
            Batch++;
        if (Dropped)
            Dispose();
    }

    public void Dispose()
    {
        Dropped = true;
        if (OnDevice)
            return;
        foreach (var bundle in views.Values.Concat(learned.Select(l => l.Projections)))
            bundle.Dispose();
        views.Clear();
        learned.Clear();
        Encoded?.Dispose();
        ProjectionGradient?.Dispose();
        Answer?.Bundle.Dispose();
        (Encoded, ProjectionGradient, Answer) = (null, null, null);
    }
}
