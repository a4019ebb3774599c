using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>An optimizer step in one pass over flat fp32 tensors [P], in place. The bits don't depend on the threads.</summary>
public static partial class TorchExtra
{
    /// <summary>g' = g + wd·decay·p; m ← mu·m + g'; p ← p − lr·(nesterov ? g' + mu·m : m). g stays.</summary>
    /// <param name="p">Parameters.</param>
    /// <param name="g">Gradient.</param>
    /// <param name="m">Momentum, starts at 0.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="mu">Momentum factor.</param>
    /// <param name="wd">Weight decay.</param>
    /// <param name="nesterov">Look ahead.</param>
    /// <param name="decay">Each parameter's factor of the weight decay, 0 for biases, say; null: 1 everywhere.</param>
    public static void SgdStep_(Tensor p, Tensor g, Tensor m, double lr, double mu, double wd, bool nesterov, Tensor? decay = null) =>
        Errors.Check(kt_sgd_(p, g, m, decay, (float)lr, (float)mu, (float)wd, nesterov));
}
