using Kindred.Gpu.Contrastive;

namespace Kindred.Gpu.Step;

/// <summary>
/// What the keeper computes: which images are negatives of which, the loss over them and dL/dz. Its state is the bank.
/// <see cref="Answer"/> changes nothing, <see cref="Advance"/> is the commit.
/// </summary>
public interface IContrast : IReplica
{
    /// <summary>Whether a shard's negatives include other shards' projections of the same step, so that all must be there first.</summary>
    bool NeedsWholeBatch { get; }

    /// <summary>Loss and gradient for the shards firstShard … firstShard + projections.Count − 1 of a step, each with its own dL/dz.</summary>
    ContrastAnswer Answer(long step, int firstShard, IReadOnlyList<TensorBundle> projections);

    /// <summary>Advances the state by one step: <paramref name="rows"/> are the answers' new bank rows in the order of their shards, and stay the caller's.</summary>
    void Advance(IReadOnlyList<TensorBundle> rows);
}

/// <summary>dL/dz per shard, the shards' part of the loss (<see cref="ContrastResult.Loss"/>), what was detected, and the bank rows that the commit will add (null: no bank).</summary>
public sealed record ContrastAnswer(IReadOnlyList<TensorBundle> Gradients, Lazy<double> Loss, DetectionStats? Detection, TensorBundle? Rows);
