using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/shape.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_reshape(Tensor x, ReadOnlySpan<long> values, long n);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_view(Tensor x, ReadOnlySpan<long> values, long n);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_permute(Tensor x, ReadOnlySpan<long> values, long n);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_expand(Tensor x, ReadOnlySpan<long> values, long n);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_repeat(Tensor x, ReadOnlySpan<long> values, long n);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_t(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_transpose(Tensor x, long a, long b);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_flatten(Tensor x, long start, long end);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_unsqueeze(Tensor x, long dim);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_select(Tensor x, long dim, long index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_narrow(Tensor x, long dim, long start, long length);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_diagonal(Tensor x, long offset, long dim1, long dim2);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_cat(ReadOnlySpan<Tensor> tensors, long n, long dim);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial long kt_split_sizes(Tensor x, ReadOnlySpan<long> sizes, long n, long dim, Span<nint> to, long capacity);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial long kt_chunk(Tensor x, long chunks, long dim, Span<nint> to, long capacity);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_index_select(Tensor x, long dim, Tensor index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_index_put_(
        Tensor x, [MarshalUsing(typeof(OptionalTensor), ElementIndirectionDepth = 1)] ReadOnlySpan<Tensor> indices, long n,
        Tensor value, Flag accumulate);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_index_add_(Tensor x, long dim, Tensor index, Tensor source, Scalar alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_gather(Tensor x, long dim, Tensor index);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_scatter_(Tensor x, long dim, Tensor index, Tensor source);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_scatter_add_(Tensor x, long dim, Tensor index, Tensor source);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_masked_fill(Tensor x, Tensor mask, Scalar value);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_masked_select(Tensor x, Tensor mask);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_nonzero(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_where(Tensor condition, Tensor x, Tensor y);
}
