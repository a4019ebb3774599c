using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

/// <summary>
/// LARS (You et al. 2017, arXiv 1708.03888) as SimCLR's code has it, with the rate inside the velocity. For each parameter
/// g' = g + λp, trust = η·|p|/|g'| (1 where either norm is 0), v ← μv + lr·trust·g', p ← p − v.
/// Batch norm and biases have no decay and trust 1.
/// </summary>
public sealed class Lars(ParameterLayout layout, Device device, double weightDecay, double momentum = 0.9, double eta = 0.001) : IOptimizer
{
    private readonly Tensor velocity = zeros([layout.Count], device: device).DetachFromDisposeScope();
    private readonly Tensor decay = Decay.Mask(layout, device);

    public IReadOnlyList<(string Name, Tensor State)> State => [("velocity", velocity)];

    public void Step(Tensor parameters, Tensor gradient, double lr)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var update = gradient.addcmul(parameters, decay, weightDecay);
        for (var i = 0; i < layout.Parameters.Count; i++)
            if (layout.Parameters[i].Decay)
            {
                var (p, g) = (Part(parameters, i), Part(update, i));
                g.mul_(Trust(p.norm(), g.norm()));
            }

        velocity.mul_(momentum).add_(update, lr);
        parameters.sub_(velocity);
    }

    public void Dispose()
    {
        velocity.Dispose();
        decay.Dispose();
    }

    private Tensor Part(Tensor flat, int index) => flat.narrow(0, layout.Offset(index), layout.Parameters[index].Count);

    // Stays on the device: 0-d tensors, no synchronisation.
    private Tensor Trust(Tensor weightNorm, Tensor gradientNorm)
    {
        var trust = weightNorm.mul(eta).div(gradientNorm);
        return where(weightNorm.mul(gradientNorm).gt(0), trust, ones_like(trust));
    }
}
