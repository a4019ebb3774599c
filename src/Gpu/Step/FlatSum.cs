using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>Adds what <see cref="IEncoder.Backward"/> gives.</summary>
public sealed class FlatSum : ISum
{
    public TensorBundle Add(TensorBundle a, TensorBundle b)
    {
        using (a)
        using (b)
            return new TorchBundle(("sum", Flat(a) + Flat(b)));
    }

    public bool IsFinite(TensorBundle sum)
    {
        using var scope = NewDisposeScope();
        return Flat(sum).isfinite().all().item<bool>();
    }

    private static Tensor Flat(TensorBundle bundle) => ((TorchBundle)bundle)["sum"];
}
