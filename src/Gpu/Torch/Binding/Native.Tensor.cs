using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/tensor.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial void kt_free(nint handle);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_empty(ReadOnlySpan<long> size, long n, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_zeros(ReadOnlySpan<long> size, long n, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_full(ReadOnlySpan<long> size, long n, Scalar value, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_arange(Scalar start, Scalar stop, Scalar step, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_eye(long rows, long columns, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_rand(ReadOnlySpan<long> size, long n, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_randn(ReadOnlySpan<long> size, long n, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_randint(long low, long high, ReadOnlySpan<long> size, long n, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_manual_seed(long seed);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_zeros_like(Tensor x, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_full_like(Tensor x, Scalar value, int dtype, int device, int index);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial long kt_ndim(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial long kt_numel(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial long kt_element_size(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial int kt_dtype(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial int kt_device_type(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial int kt_device_index(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial int kt_is_contiguous(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_requires_grad(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_is_leaf(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial nint kt_data(Tensor x);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial void kt_sizes(Tensor x, Span<long> to);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial void kt_strides(Tensor x, Span<long> to);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_item(Tensor x, out Scalar to);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_to(Tensor x, int dtype, int device, int index, Flag copy, Flag non_blocking);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_pin_memory(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_is_pinned(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_contiguous(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_clone(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_detach(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_alias(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_copy_(Tensor x, Tensor source, Flag non_blocking);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_fill_(Tensor x, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_zero_(Tensor x);
}
