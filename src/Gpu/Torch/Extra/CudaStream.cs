using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>A queue of work on one GPU, from libtorch's pool, which owns it.</summary>
/// <exception cref="ExternalException">Every member, on a libtorch without CUDA.</exception>
public sealed partial record CudaStream(long Id, int Device)
{
    public static CudaStream Create(int device, bool highPriority = false)
    {
        Errors.Check(kt_stream_from_pool(device, highPriority, out var id));
        return new(id, device);
    }

    /// <summary>The calling thread's stream on that GPU.</summary>
    public static CudaStream Current(int device)
    {
        Errors.Check(kt_stream_current(device, out var id));
        return new(id, device);
    }

    /// <summary>The calling thread queues its work on this GPU here, until disposed.</summary>
    public IDisposable Use() => new Scope(this);

    /// <summary>Work queued here from now on waits for what is queued on the other stream now; the caller doesn't wait.</summary>
    public void WaitFor(CudaStream other) => Errors.Check(kt_stream_wait(Id, Device, other.Id, other.Device));

    /// <summary>Waits for everything queued here.</summary>
    public void Synchronize() => Errors.Check(kt_stream_synchronize(Id, Device));

    /// <summary>Tells the allocator that this stream uses a tensor made on another one: its memory isn't reused before.</summary>
    public void Record(Tensor tensor) => Errors.Check(kt_record_stream(tensor, Id, Device));

    private sealed class Scope : IDisposable
    {
        private readonly int device;
        private long before;

        public Scope(CudaStream stream)
        {
            (device, before) = (stream.Device, stream.Id);
            Errors.Check(kt_stream_exchange(device, ref before));
        }

        public void Dispose() => Errors.Check(kt_stream_exchange(device, ref before));
    }

    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_from_pool(int device, Flag highPriority, out long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_current(int device, out long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_exchange(int device, ref long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_synchronize(long id, int device);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_wait(long id, int device, long other, int otherDevice);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_record_stream([MarshalUsing(typeof(TensorMarshaller))] Tensor x, long id, int device);
}
