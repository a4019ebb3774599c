using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/reduce.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_matmul(Tensor x, Tensor y);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_addmm_(Tensor x, Tensor a, Tensor b, float beta, float alpha);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_svdvals(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_sum(Tensor x, ReadOnlySpan<long> dim, long n, Flag keep, int dtype);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_mean(Tensor x, ReadOnlySpan<long> dim, long n, Flag keep, int dtype);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_amax(Tensor x, ReadOnlySpan<long> dim, long n, Flag keep);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_std(Tensor x, ReadOnlySpan<long> dim, long n, Flag unbiased, Flag keep);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_norm(Tensor x, double p, ReadOnlySpan<long> dim, long n, Flag keep);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_log_softmax(Tensor x, long dim, int dtype);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_max(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_min(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_all(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial Tensor kt_argmax_dim(Tensor x, long dim, Flag keep);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial void kt_max_dim(Tensor x, long dim, Flag keep, out Tensor values, out Tensor indices);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial void kt_topk(Tensor x, long k, long dim, Flag largest, Flag sorted, out Tensor values, out Tensor indices);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial void kt_sort(Tensor x, long dim, Flag descending, Flag stable, out Tensor values, out Tensor indices);
}
