using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>A step of one shard, as <see cref="AsyncLoop"/> follows it.</summary>
internal sealed class AsyncStep(long number, StepPatience patience) : IDisposable
{
    public long Number => number;

    public StepLedger Ledger { get; } = new(number, 1, patience);

    public IActorRef? Owner => Ledger.Owners.First().Owner;

    public TensorBundle? Gradient => Ledger.Sum.Root;

    /// <summary>So many commits the gradient lacks.</summary>
    public long Staleness { get; set; }

    public void Dispose()
    {
        Gradient?.Dispose();
        (Ledger.Delta as ICarriesBundles)?.Release();
    }
}
