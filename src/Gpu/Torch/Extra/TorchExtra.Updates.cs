using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>Optimizer steps in one pass over flat fp32 tensors [P], in place. The bits don't depend on the threads.</summary>
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

    /// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2): p ← p − lr·wd·decay·p; m ← b1·m + (1 − b1)·g; v ← b2·v + (1 − b2)·g²;
    /// p ← p − lr·m̂/(√v̂ + eps), with m̂ = m/(1 − b1ᵗ) and v̂ = v/(1 − b2ᵗ).</summary>
    /// <param name="p">Parameters.</param>
    /// <param name="g">Gradient.</param>
    /// <param name="m">Mean of the gradient, starts at 0.</param>
    /// <param name="v">Mean of its square, starts at 0.</param>
    /// <param name="t">Step, from 1.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="b1">Decay of m.</param>
    /// <param name="b2">Decay of v.</param>
    /// <param name="eps">Keeps the quotient finite.</param>
    /// <param name="wd">Weight decay.</param>
    /// <param name="decay">Each parameter's factor of the weight decay; null: 1 everywhere.</param>
    public static void AdamWStep_(
        Tensor p, Tensor g, Tensor m, Tensor v, long t, double lr, double b1, double b2, double eps, double wd, Tensor? decay = null) =>
        Errors.Check(kt_adamw_(
            p, g, m, v, decay, (float)lr, (float)b1, (float)b2, (float)eps, (float)wd,
            (float)(1 - Math.Pow(b1, t)), (float)(1 - Math.Pow(b2, t))));
}
