using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>Adds what <see cref="IEncoder.Backward"/> gives.</summary>
/// <param name="threads">Intra-op threads; part of a run's bits.</param>
public sealed class FlatSum(int threads) : ISum
{
    public TensorBundle Add(TensorBundle a, TensorBundle b)
    {
        TorchExtra.SetThreads(threads);
        using var scope = NewDisposeScope();
        using (a)
        using (b)
        {
            var left = LeafSum.Flat(a);
            return LeafSum.Of(left + LeafSum.Flat(b).to(left.device));
        }
    }

    public bool IsFinite(TensorBundle sum)
    {
        TorchExtra.SetThreads(threads);
        using var scope = NewDisposeScope();
        return LeafSum.Flat(sum).isfinite().all().item<bool>();
    }
}
