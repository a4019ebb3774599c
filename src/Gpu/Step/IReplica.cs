using Kindred.Data.Formats;

namespace Kindred.Gpu.Step;

/// <summary>
/// One copy of a part of the run's state: the model's at each worker, the bank's at the keeper. Used by one thread at a time.
/// The tests' and the simulation's replicas need no torch.
/// </summary>
public interface IReplica : IDisposable
{
    /// <summary>The state before the first step, from the run's seed.</summary>
    void Initialise();

    /// <summary>Takes over a state that <see cref="Snapshot"/> gave; the entries stay the caller's.</summary>
    /// <exception cref="InvalidDataException">The tensors are not those of this run's configuration.</exception>
    void Restore(IReadOnlyList<SafeTensor> state);

    /// <summary>A deep copy of the state; the caller owns it.</summary>
    TensorBundle Snapshot();
}
