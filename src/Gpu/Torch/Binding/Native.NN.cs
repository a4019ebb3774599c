using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/nn.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_linear(Tensor x, Tensor weight, [MarshalUsing(typeof(OptionalTensor))] Tensor? bias);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_conv2d(
        Tensor x, Tensor weight, [MarshalUsing(typeof(OptionalTensor))] Tensor? bias, ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padding, ReadOnlySpan<long> dilation, long groups);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_batch_norm(
        Tensor x, [MarshalUsing(typeof(OptionalTensor))] Tensor? mean, [MarshalUsing(typeof(OptionalTensor))] Tensor? var,
        [MarshalUsing(typeof(OptionalTensor))] Tensor? weight, [MarshalUsing(typeof(OptionalTensor))] Tensor? bias, Flag training,
        double momentum, double eps);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_max_pool2d(
        Tensor x, ReadOnlySpan<long> kernel, ReadOnlySpan<long> stride, ReadOnlySpan<long> padding, ReadOnlySpan<long> dilation,
        Flag ceil);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_adaptive_avg_pool2d(Tensor x, ReadOnlySpan<long> size);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_normalize(Tensor x, double p, long dim, double eps);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_grid_sample(Tensor x, Tensor grid, long mode, long padding, Flag alignCorners);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_affine_grid(Tensor theta, ReadOnlySpan<long> size, long n, Flag alignCorners);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_pad(
        Tensor x, ReadOnlySpan<long> widths, long n, [MarshalAs(UnmanagedType.LPUTF8Str)] string mode, double value);
}
