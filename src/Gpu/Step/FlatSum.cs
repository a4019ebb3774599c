using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// Adds what <see cref="IEncoder.Backward"/> gives, on one thread: the sum has the same bits on any number of them, and waking a second one
/// beside the device's costs more than it saves (a gradient is read at memory speed).
/// </summary>
/// <param name="threads">
/// Of the thread that adds: its number of threads stays so. Where the thread also encodes, give that number: changing it makes oneDNN
/// forget what it has compiled, a third of a small network's step.
/// </param>
public sealed class FlatSum(int threads = 1) : ISum
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
        var flat = LeafSum.Flat(sum);
        return flat.max().isfinite().logical_and(flat.min().isfinite()).item<bool>(); // NaN is both
    }
}
