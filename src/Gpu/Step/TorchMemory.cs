using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// The bytes of a contiguous CPU tensor in place, as sockets and files take them. They are valid until the tensor is disposed, which the
/// caller sees to; the garbage collector doesn't take it before.
/// </summary>
public sealed unsafe class TorchMemory : MemoryManager<byte>
{
    private readonly Tensor tensor;
    private readonly byte* first;
    private readonly int length;

    /// <exception cref="NotSupportedException">The tensor has 2 GiB or more.</exception>
    /// <exception cref="InvalidOperationException">It isn't contiguous, or not in CPU memory.</exception>
    public TorchMemory(Tensor tensor)
    {
        if (tensor.numel() * tensor.element_size() > int.MaxValue)
            throw new NotSupportedException($"A tensor of 2 GiB or more can't travel in a bundle: {tensor}");
        var bytes = TorchExtra.Bytes(tensor);
        first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        (this.tensor, length) = (tensor, bytes.Length);
    }

    public override Span<byte> GetSpan()
    {
        GC.KeepAlive(tensor);
        return new Span<byte>(first, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(first + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
