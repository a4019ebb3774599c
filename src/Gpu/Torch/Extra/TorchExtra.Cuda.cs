using System.Runtime.InteropServices;

namespace Kindred.Gpu.Torch;

/// <summary>In bytes: held by tensors, taken from the device by libtorch's allocator, and the most that tensors ever held.</summary>
public sealed record CudaMemory(long Allocated, long Reserved, long PeakAllocated);

public static partial class TorchExtra
{
    internal static int CudaCount => kt_cuda_count();

    internal static void CudaSynchronize(int device) => Errors.Check(kt_cuda_synchronize(device));

    /// <exception cref="ExternalException">No CUDA, or a shim that was built without its headers.</exception>
    public static CudaMemory CudaMemory(int device)
    {
        Span<long> bytes = stackalloc long[3];
        Errors.Check(kt_cuda_memory(device, bytes));
        return new(bytes[0], bytes[1], bytes[2]);
    }

    /// <exception cref="ExternalException">As <see cref="CudaMemory(int)"/>.</exception>
    public static string CudaName(int device) => Marshal.PtrToStringUTF8(kt_cuda_name(device)) ?? throw Errors.Last();

    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_cuda_count();
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_cuda_synchronize(int device);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_cuda_memory(int device, Span<long> to);
    [LibraryImport(TorchLibrary.Name)]
    private static partial nint kt_cuda_name(int device);
}
