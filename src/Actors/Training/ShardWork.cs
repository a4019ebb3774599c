using System.Diagnostics;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>All that a worker holds of one leased shard, from its views to its gradient, until the step commits.</summary>
internal sealed class ShardWork(ShardLease lease) : IDisposable
{
    public ShardLease Lease { get; set; } = lease;

    /// <summary>The commit whose parameters encode it.</summary>
    public long Version { get; set; }

    /// <summary>That of the lease: whatever wakes the work up later, it belongs there.</summary>
    public ActivityContext Trace { get; } = ActorTelemetry.Current;

    public TensorBundle? Views { get; private set; }

    public Encoded? Encoded { get; set; }

    public TensorBundle? ProjectionGradient { get; private set; }

    public ShardGradients? Answer { get; private set; }

    /// <summary>The device is computing with these tensors; disposing waits for it.</summary>
    public bool OnDevice { get; set; }

    public bool Dropped { get; private set; }

    public bool HoldsGraph => Encoded?.Graph is not null;

    public bool NeedsViews => Views is null && Encoded is null;

    public bool CanEncode => !OnDevice && Views is not null && Encoded is null;

    /// <summary>The parameters must stay as they are until it is answered.</summary>
    public bool NeedsParameters => Encoded is not null && Answer is null;

    public bool CanBackpropagate => !OnDevice && Encoded is not null && ProjectionGradient is not null && Answer is null;

    public void TakeViews(TensorBundle views)
    {
        if (NeedsViews)
            Views = views;
        else
            views.Dispose();
    }

    /// <summary>Makes room for another shard's; this one's is made again from its views.</summary>
    public void DropGraph()
    {
        Encoded!.Graph?.Dispose();
        Encoded = Encoded with { Graph = null };
    }

    public void TakeProjectionGradient(TensorBundle gradient)
    {
        if (ProjectionGradient is null)
            ProjectionGradient = gradient;
        else
            gradient.Dispose();
    }

    /// <summary>Keeps the gradient and the projections, which may be asked for again; the graph has done its work.</summary>
    public void TakeAnswer(ShardGradients answer)
    {
        Answer = answer;
        ReleaseViews();
        DropGraph();
    }

    public void Dispose()
    {
        Dropped = true;
        if (OnDevice)
            return;
        ReleaseViews();
        Encoded?.Dispose();
        ProjectionGradient?.Dispose();
        Answer?.Bundle.Dispose();
    }

    private void ReleaseViews()
    {
        Views?.Dispose();
        Views = null;
    }
}
