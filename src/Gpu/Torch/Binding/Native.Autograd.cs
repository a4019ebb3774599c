using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The C ABI of native/autograd.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_set_requires_grad(Tensor x, Flag requiresGrad);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_grad(Tensor x, out nint to);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_set_grad(Tensor x, [MarshalUsing(typeof(OptionalTensor))] Tensor? gradient);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial int kt_backward(
        ReadOnlySpan<Tensor> roots, long n,
        [MarshalUsing(typeof(OptionalTensor), ElementIndirectionDepth = 1)] ReadOnlySpan<Tensor> gradients, long m,
        int retain, Flag create, ReadOnlySpan<Tensor> inputs, long k);
    [LibraryImport(TorchLibrary.Name)]
    internal static partial long kt_autograd_grad(
        ReadOnlySpan<Tensor> outputs, long n, ReadOnlySpan<Tensor> inputs, long k,
        [MarshalUsing(typeof(OptionalTensor), ElementIndirectionDepth = 1)] ReadOnlySpan<Tensor> gradients, long m,
        Flag retain, Flag create, Flag allowUnused, Span<nint> to);
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial int kt_grad_enabled();
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    internal static partial void kt_set_grad_enabled(Flag enabled);
}
