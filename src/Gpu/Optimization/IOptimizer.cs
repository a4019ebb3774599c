using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

/// <summary>
/// An update rule over flat fp32 tensors [P], in place. The same state, gradient and rate give the same bits.
/// </summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Everything that a checkpoint must hold beside the parameters, by name; restored by copying into these tensors.</summary>
    IReadOnlyList<(string Name, Tensor State)> State { get; }

    /// <summary>One step with learning rate <paramref name="lr"/>; the gradient is left as it was.</summary>
    void Step(Tensor parameters, Tensor gradient, double lr);
}
