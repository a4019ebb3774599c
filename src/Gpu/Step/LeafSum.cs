using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// The two forms in which a shard's part of the step's sum travels: one flat fp32 tensor, or, at half the bytes, the gradient rounded
/// to bf16 beside its fp32 moments. Added up they are flat fp32 again, so rounding happens once per shard, whoever computes it where.
/// </summary>
internal static class LeafSum
{
    private const string Sum = "sum", Gradient = "gradient", Moments = "moments";

    /// <param name="gradient">fp32, [P] when they are laid end to end.</param>
    /// <param name="moments">Of the batch norms, fp32.</param>
    /// <param name="rounded">To bf16.</param>
    public static TensorBundle Of(IReadOnlyList<Tensor> gradient, IReadOnlyList<Tensor> moments, bool rounded) => rounded
        ? new TorchBundle((Gradient, cat([.. gradient], 0).to(bfloat16)), (Moments, cat([.. moments], 0)))
        : new TorchBundle((Sum, cat([.. gradient, .. moments], 0)));

    public static TensorBundle Of(Tensor flat) => new TorchBundle((Sum, flat));

    /// <summary>[P + moments] fp32, of either form.</summary>
    public static Tensor Flat(TensorBundle bundle)
    {
        var tensors = (TorchBundle)bundle;
        return tensors.Find(Gradient) is { } rounded ? cat([rounded.to(float32), tensors[Moments]], 0) : tensors[Sum];
    }
}
