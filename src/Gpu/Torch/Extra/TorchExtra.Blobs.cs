using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>Tensors in memory that is used again: touching fresh pages costs as much as copying into them.</summary>
public static unsafe partial class TorchExtra
{
    /// <summary>
    /// A CPU tensor of undefined contents, 64-byte aligned. A large one gets the memory of an earlier one of as many bytes, where that
    /// was disposed and is still kept.
    /// </summary>
    /// <exception cref="ExternalException">No tensor has such a shape, or there is no memory.</exception>
    public static Tensor EmptyReused(ReadOnlySpan<long> shape, ScalarType type, long bytes)
    {
        if (bytes < BlobPool.Smallest)
            return empty(shape, type);
        var memory = BlobPool.Rent(bytes);
        try
        {
            return kt_from_blob(memory, bytes, shape, shape.Length, (int)type, &Return);
        }
        catch
        {
            BlobPool.Return(memory, bytes);
            throw;
        }
    }

    /// <summary>A copy of <paramref name="tensor"/>; that of a large one in CPU memory is <see cref="EmptyReused"/>.</summary>
    public static Tensor CopyReused(Tensor tensor)
    {
        if (tensor.device_type != TorchSharp.DeviceType.CPU)
            return tensor.clone();
        using var noGrad = no_grad();
        return EmptyReused(tensor.shape, tensor.dtype, tensor.numel() * tensor.element_size()).copy_(tensor);
    }

    /// <summary>Called by libtorch, on any thread, when the last tensor over the memory is gone.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Return(nint memory, long bytes) => BlobPool.Return(memory, bytes);

    [LibraryImport(TorchLibrary.Name)]
    [return: MarshalUsing(typeof(TensorMarshaller))]
    private static partial Tensor kt_from_blob(
        nint data, long bytes, ReadOnlySpan<long> size, long n, int dtype, delegate* unmanaged[Cdecl]<nint, long, void> release);
}
