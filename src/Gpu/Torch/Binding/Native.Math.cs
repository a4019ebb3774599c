using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/math.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_neg(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_exp(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_log(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sqrt(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_abs(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_reciprocal(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_round(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_tanh(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_relu(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_isfinite(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_exp_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_sqrt_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_relu_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_mul(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_div(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_floor_divide(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_eq(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_logical_and(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_mul_(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_div_(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_mul_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_div_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_pow_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_eq_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_gt_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ge_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_mul_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_div_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_add(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_add_(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_add_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_add_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sub(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_sub_(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_addcmul(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_addcmul_(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_addcdiv_(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_rsub(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_clamp_(Tensor x, Scalar min, Scalar max);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_allclose(Tensor x, Tensor y, double rtol, double atol, Flag equal_nan, out int to);
}
