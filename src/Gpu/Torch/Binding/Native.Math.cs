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
    internal static partial Tensor kt_log1p(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_expm1(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sqrt(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_rsqrt(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sin(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_cos(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_abs(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sign(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_reciprocal(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_floor(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ceil(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_round(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_tanh(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sigmoid(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_relu(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_logical_not(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_isnan(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_isfinite(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_erf(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_erfinv(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_square(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_neg_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_exp_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_log_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_sqrt_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_rsqrt_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_abs_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_relu_(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_mul(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_div(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_pow(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_maximum(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_minimum(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_remainder(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_atan2(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_floor_divide(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_eq(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ne(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_lt(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_le(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_gt(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ge(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_logical_and(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_logical_or(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_logical_xor(Tensor x, Tensor y);
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
    internal static partial Tensor kt_remainder_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_eq_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ne_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_lt_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_le_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_gt_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_ge_scalar(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_mul_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_div_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_pow_scalar_(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_add(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_add_(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_add_scalar(Tensor x, Scalar y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_add_scalar_(Tensor x, Scalar y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sub(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_sub_(Tensor x, Tensor y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sub_scalar(Tensor x, Scalar y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_sub_scalar_(Tensor x, Scalar y, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_addcmul(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_addcmul_(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_addcdiv(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_addcdiv_(Tensor x, Tensor a, Tensor b, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_rsub(Tensor x, Scalar y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_lerp(Tensor x, Tensor end, Tensor weight);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_lerp_(Tensor x, Tensor end, Tensor weight);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_clamp(Tensor x, Scalar min, Scalar max);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_clamp_(Tensor x, Scalar min, Scalar max);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_clamp_tensor(
        Tensor x, [MarshalUsing(typeof(OptionalTensor))] Tensor? min, [MarshalUsing(typeof(OptionalTensor))] Tensor? max);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_allclose(Tensor x, Tensor y, double rtol, double atol, Flag equal_nan, out int to);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_equal(Tensor x, Tensor y, out int to);
}
