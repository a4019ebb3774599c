namespace Kindred.Gpu.Step;

/// <summary>
/// A replica of the model state (parameters, batch-norm statistics, optimizer, EMA copy), and what a worker computes with it.
/// Everything is a pure function of the state and the arguments; of the calls here only <see cref="Apply"/> changes the state.
/// </summary>
public interface IEncoder : IReplica
{
    /// <summary>These views will be encoded soon: a GPU may begin to copy them, beside what it computes. Any thread.</summary>
    void Expect(TensorBundle views)
    {
    }

    /// <summary>
    /// Encodes one shard: views [V·b, 3, H, W] → unit projections z [V, b, D] and, with an EMA copy, its keys [V, b, D].
    /// With <paramref name="keepGraph"/> the activations stay alive for <see cref="Backward"/>; without, the bits are the same.
    /// </summary>
    Encoded Encode(TensorBundle views, bool keepGraph);

    /// <summary>
    /// From dL/dz [V, b, D] the shard's part of the step's sum: the gradient of every parameter, and its batch-norm moments
    /// weighted by the shard's share <paramref name="share"/> of the step's rows.
    /// </summary>
    TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share);

    /// <summary>One optimizer step from the sum over all shards, then the running statistics and the EMA copy.</summary>
    void Apply(TensorBundle sum);
}

/// <summary>A shard's projections, and with a graph what its backward pass needs.</summary>
public sealed record Encoded(TensorBundle Projections, IDisposable? Graph) : IDisposable
{
    public void Dispose()
    {
        Projections.Dispose();
        Graph?.Dispose();
    }
}
