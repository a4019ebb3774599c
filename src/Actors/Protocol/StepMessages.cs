using Kindred.Actors.Messaging;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Protocol;

// One step, in the order in which its messages travel. All may be lost or come twice; every receiver is idempotent by
// (term, step, shard). A bundle in a message belongs to its receiver.

/// <summary>
/// Coordinator → worker: encode this shard, send its projections to this keeper. Repeated when unanswered, or when the keeper was replaced.
/// Together are the neighbours leased at once with it to the same worker, whose sum it may send in place of each one's gradient: a node of
/// the tree of <see cref="TreeSum{T}"/>. Null: the shard is answered alone, as it always is when it is asked for again.
/// </summary>
public sealed record ShardLease(int Term, long Step, int Shard, IActorRef Keeper, IActorRef Data, ShardRange? Together = null) : ITermed;

/// <summary>The shards First … First + Count − 1.</summary>
public sealed record ShardRange(int First, int Count);

/// <summary>Worker → data actor: the views of a shard, now or ahead of its lease.</summary>
public sealed record ViewRequest(long Step, int Shard);

/// <summary>Data actor → worker: views [V·b, 3, H, W], view-major.</summary>
public sealed record Views(long Step, int Shard, TensorBundle Bundle) : ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => [Bundle];
}

/// <summary>
/// Worker → keeper: unit projections [V, b, D], and EMA keys where the run has them. Round tells apart the projections of one shard:
/// 0 in sync; in async the commit whose parameters made them; in local the batch (<see cref="Data.Sampling.EpochPlan.Batches"/>).
/// </summary>
public sealed record Projections(int Term, long Step, int Shard, TensorBundle Bundle, long Round = 0) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => [Bundle];
}

/// <summary>Keeper → worker: dL/dz [V, b, D] of the projections of this round.</summary>
public sealed record ProjectionGradients(int Term, long Step, int Shard, TensorBundle Bundle, long Round = 0) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => [Bundle];
}

/// <summary>How far a shard has come.</summary>
public enum ShardPhase
{
    /// <summary>Leased; the worker has not sent projections yet.</summary>
    Encoding,

    /// <summary>The keeper holds the bytes of the projections.</summary>
    ProjectionsHeld,

    /// <summary>The keeper has sent dL/dz.</summary>
    GradientsSent,

    /// <summary>The coordinator holds the shard's gradient.</summary>
    Done,
}

/// <summary>Keeper → coordinator: the shard has reached this phase; said again with every answer to a repeated message.</summary>
public sealed record ShardProgress(int Term, long Step, int Shard, ShardPhase Phase) : ITermed;

/// <summary>Worker → coordinator, in answer to a repeated lease: still at it, or, LacksViews, still without an answer of the data actor.</summary>
public sealed record ShardAlive(int Term, long Step, int Shard, bool LacksViews = false) : ITermed;

/// <summary>Keeper → coordinator, before the commit: loss, detections, and the bank rows that the commit adds, in the order of the shards.</summary>
public sealed record KeeperDelta(int Term, long Step, double Loss, DetectionStats? Detection, IReadOnlyList<TensorBundle> Rows) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => Rows;
}

/// <summary>
/// Worker → coordinator: the part of the step's sum of the shards Shard … Shard + Count − 1. DataWait is the time that the device stood waiting for its views;
/// Staleness so many commits lie between the parameters that it was computed on and this step (0 in sync and local).
/// </summary>
public sealed record ShardGradients(int Term, long Step, int Shard, TensorBundle Bundle, TimeSpan DataWait, long Staleness = 0, int Count = 1) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => [Bundle];
}

/// <summary>
/// Coordinator → every worker: apply Σ over shards. To the keeper: add the rows to the bank, in the order of the shards.
/// The step's line of metrics.jsonl was written before.
/// </summary>
public sealed record Commit(int Term, long Step, TensorBundle? Sum, IReadOnlyList<TensorBundle> Rows) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => Sum is null ? Rows : [Sum, .. Rows];
}
