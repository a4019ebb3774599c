using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// Adds what <see cref="IEncoder.Backward"/> gives, on one thread: the sum has the same bits on any number of them, and waking a second one
/// beside the device's costs more than it saves (a gradient is read at memory speed).
/// </summary>
public sealed class FlatSum : ISum
{
    public TensorBundle Add(TensorBundle a, TensorBundle b)
    {
        TorchExtra.SetThreads(1);
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
        TorchExtra.SetThreads(1);
        using var scope = NewDisposeScope();
        return LeafSum.Flat(sum).isfinite().all().item<bool>();
    }
}
