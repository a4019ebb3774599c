using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101), as PyTorch's: p ← (1 − lr·λ)p, m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
/// p ← p − lr·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). Batch norm and biases have no decay.
/// </summary>
public sealed class AdamW(
    ParameterLayout layout, Device device, double weightDecay, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    : IOptimizer
{
    private readonly Tensor mean = zeros([layout.Count], device: device).DetachFromDisposeScope();
    private readonly Tensor square = zeros([layout.Count], device: device).DetachFromDisposeScope();
    private readonly Tensor steps = zeros([1], ScalarType.Int64).DetachFromDisposeScope();
    private readonly Tensor decay = Decay.Mask(layout, device);

    public IReadOnlyList<(string Name, Tensor State)> State => [("mean", mean), ("square", square), ("steps", steps)];

    public void Step(Tensor parameters, Tensor gradient, double lr)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var t = steps.add_(1).item<long>();
        parameters.addcmul_(parameters, decay, -lr * weightDecay);
        mean.mul_(beta1).add_(gradient, 1 - beta1);
        square.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        var root = square.div(1 - Math.Pow(beta2, t)).sqrt_().add_(epsilon);
        parameters.addcdiv_(mean, root, -lr / (1 - Math.Pow(beta1, t)));
    }

    public void Dispose()
    {
        foreach (var (_, state) in State)
            state.Dispose();
        decay.Dispose();
    }
}
