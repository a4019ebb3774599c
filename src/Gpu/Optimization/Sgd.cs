using Kindred.Gpu.Models;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

/// <summary>
/// PyTorch's SGD: v ← μv + (g + λp), p ← p − lr·v; with Nesterov p ← p − lr·(g + λp + μv). λ applies to every parameter, as in the peer,
/// unless <paramref name="decayAll"/> is false: then not to batch norm and biases.
/// </summary>
public sealed class Sgd(
    ParameterLayout layout, Device device, double weightDecay, double momentum = 0.9, bool nesterov = false, bool decayAll = true)
    : IOptimizer
{
    private readonly Tensor velocity = zeros([layout.Count], device: device).DetachFromDisposeScope();
    private readonly Tensor? decay = decayAll ? null : Decay.Mask(layout, device);

    public IReadOnlyList<(string Name, Tensor State)> State => [("velocity", velocity)];

    public void Step(Tensor parameters, Tensor gradient, double lr)
    {
        using var noGrad = no_grad();
        TorchExtra.SgdStep_(parameters, gradient, velocity, lr, momentum, weightDecay, nesterov, decay);
    }

    public void Dispose()
    {
        velocity.Dispose();
        decay?.Dispose();
    }
}
