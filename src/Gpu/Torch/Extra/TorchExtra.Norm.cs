using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

public static partial class TorchExtra
{
    private const double NormEpsilon = 1e-5;

    /// <summary>
    /// max(0, bn(x) + residual) by the batch's own statistics (Ioffe and Szegedy 2015), with a gradient. On a CPU, for channels-last x whose
    /// channels are a multiple of 16, two passes over memory in place of six; on a GPU, for a multiple of 8, kernels of
    /// our own (norm_cuda.cpp); elsewhere libtorch's operations one after the other.
    /// </summary>
    /// <param name="x">[n, c, h, w] or [n, c], fp32 or bf16.</param>
    /// <param name="residual">Shape and type of x; null: none.</param>
    /// <param name="weight">Scale [c], fp32.</param>
    /// <param name="bias">Shift [c]; null: none.</param>
    /// <param name="mean">[c], becomes the batch's mean.</param>
    /// <param name="var">[c], becomes its unbiased variance.</param>
    public static Tensor NormRelu(Tensor x, Tensor? residual, Tensor weight, Tensor? bias, Tensor mean, Tensor var) =>
        kt_norm_relu(x, residual, weight, bias, mean, var, NormEpsilon);
}
