using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>Elements of tensors from and to managed memory, without arrays between.</summary>
public static partial class TorchExtra
{
    /// <summary>The memory of a contiguous CPU tensor in place; the caller keeps the tensor alive.</summary>
    public static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.bytes;

    /// <summary>A new CPU tensor with a copy of the values.</summary>
    /// <exception cref="ArgumentException">They don't fill the shape.</exception>
    /// <exception cref="NotSupportedException">No tensor has elements of type T.</exception>
    public static Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape) where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape)
            count *= size;
        if (count != values.Length)
            throw new ArgumentException(
                $"{values.Length} values don't fill the shape [{string.Join(", ", shape.ToArray())}]", nameof(values));
        return kt_from_memory(MemoryMarshal.AsBytes(values), shape, shape.Length, (int)TypeOf<T>());
    }

    /// <summary>A CPU tensor, fp32, of undefined contents in page-locked memory, which libtorch keeps for the next one.</summary>
    /// <exception cref="ExternalException">libtorch finds no GPU.</exception>
    public static Tensor EmptyPinned(ReadOnlySpan<long> shape) => kt_empty_pinned(shape, shape.Length, (int)ScalarType.Float32);

    /// <exception cref="NotSupportedException">No tensor has elements of type T.</exception>
    internal static ScalarType TypeOf<T>() => default(T) switch
    {
        float => ScalarType.Float32,
        double => ScalarType.Float64,
        long => ScalarType.Int64,
        int => ScalarType.Int32,
        short => ScalarType.Int16,
        sbyte => ScalarType.Int8,
        byte => ScalarType.Byte,
        bool => ScalarType.Bool,
        Half => ScalarType.Float16,
        _ => throw new NotSupportedException($"no tensor has elements of type {typeof(T)}"),
    };

    [LibraryImport(TorchLibrary.Name)]
    [return: MarshalUsing(typeof(TensorMarshaller))]
    private static partial Tensor kt_from_memory(ReadOnlySpan<byte> data, ReadOnlySpan<long> size, long n, int dtype);
    [LibraryImport(TorchLibrary.Name)]
    [return: MarshalUsing(typeof(TensorMarshaller))]
    private static partial Tensor kt_empty_pinned(ReadOnlySpan<long> size, long n, int dtype);
}
