using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor in row-major order.</summary>
public readonly struct TensorAccessor<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.dtype != TorchExtra.TypeOf<T>())
            throw new ArgumentException($"the elements are {tensor.dtype}, not {typeof(T).Name}", nameof(tensor));
        if (!tensor.is_cpu())
            throw new ArgumentException($"the elements are on {tensor.device}; copy the tensor to the CPU first", nameof(tensor));
        this.tensor = tensor;
    }

    public long Count => tensor.numel();

    public T[] ToArray()
    {
        var values = new T[Count];
        CopyTo(values);
        return values;
    }

    /// <param name="array">At least Count long.</param>
    public void CopyTo(Span<T> array)
    {
        if (tensor.is_contiguous())
        {
            MemoryMarshal.Cast<byte, T>(tensor.bytes).CopyTo(array);
            GC.KeepAlive(tensor);
            return;
        }
        using var packed = tensor.contiguous();
        MemoryMarshal.Cast<byte, T>(packed.bytes).CopyTo(array);
    }
}
