using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

/// <summary>
/// PyTorch's SGD: v ← μv + (g + λp), p ← p − lr·v; with Nesterov p ← p − lr·(g + λp + μv). λ applies to every parameter, as in the peer,
/// unless <paramref name="decayAll"/> is false: then not to batch norm and biases.
/// </summary>
public sealed class Sgd(ParameterLayout layout, Device device, double weightDecay, double momentum = 0.9, bool nesterov = false, bool decayAll = true)
    : IOptimizer
{
    private readonly Tensor velocity = zeros([layout.Count], device: device).DetachFromDisposeScope();
    private readonly Tensor? decay = decayAll ? null : Decay.Mask(layout, device);

    public IReadOnlyList<(string Name, Tensor State)> State => [("velocity", velocity)];

    public void Step(Tensor parameters, Tensor gradient, double lr)
    {
        using var noGrad = no_grad();
        velocity.mul_(momentum).add_(gradient);
        AddDecay(velocity, parameters, weightDecay);
        if (nesterov)
        {
            // The decayed parameters must be those before the step, so they go first: p ← p − lr·λp.
            AddDecay(parameters, parameters, -lr * weightDecay);
            parameters.add_(gradient, -lr).add_(velocity, -lr * momentum);
        }
        else
            parameters.add_(velocity, -lr);
    }

    public void Dispose()
    {
        velocity.Dispose();
        decay?.Dispose();
    }

    private void AddDecay(Tensor target, Tensor parameters, double scale)
    {
        if (scale == 0)
            return;
        if (decay is null)
            target.add_(parameters, scale);
        else
            target.addcmul_(parameters, decay, scale);
    }
}
