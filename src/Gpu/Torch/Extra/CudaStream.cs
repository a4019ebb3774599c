using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>A queue of work on one GPU, from libtorch's pool, which owns it.</summary>
/// <exception cref="ExternalException">Every member, on a libtorch without CUDA.</exception>
public sealed partial record CudaStream(long Id, int Device)
{
    public static CudaStream Create(int device)
    {
        Errors.Check(kt_stream_from_pool(device, out var id));
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

    /// <summary>
    /// Begins a copy of a CPU tensor to the GPU, through page-locked memory where it isn't in such; the caller doesn't wait. Before the copy
    /// is used on another stream, that one has to <see cref="Take"/> it.
    /// </summary>
    public Tensor Upload(Tensor tensor)
    {
        using var use = Use();
        using var pinned = tensor.pin_memory();
        return pinned.to(new Device(DeviceType.CUDA, Device), non_blocking: true);
    }

    /// <summary>What is queued here from now on may use a tensor that was made on the other stream.</summary>
    public void Take(Tensor tensor, CudaStream from)
    {
        WaitFor(from);
        Record(tensor);
    }

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
    private static partial int kt_stream_from_pool(int device, out long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_current(int device, out long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_exchange(int device, ref long id);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_stream_wait(long id, int device, long other, int otherDevice);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_record_stream([MarshalUsing(typeof(TensorMarshaller))] Tensor x, long id, int device);
}
