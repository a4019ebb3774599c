using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Tensors from managed arrays, which are copied, and from single numbers.</summary>
public static partial class torch
{
    public static Tensor tensor(float scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<float>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<float>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<float>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<double>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<double>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<double>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<long>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<long>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        long[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<long>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor(int scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<int>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<int>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        int[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<int>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor(byte scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<byte>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<byte>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        byte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<byte>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<bool>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<bool>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor(
        bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<bool>(rawArray, dimensions, dtype, device, requires_grad);

    internal static Tensor FromMemory<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<long> shape, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape)
            count *= size;
        if (count != values.Length)
            throw new ArgumentException($"{values.Length} values don't fill the shape [{string.Join(", ", shape.ToArray())}]", nameof(values));
        var type = TypeOf<T>();
        var made = Native.kt_from_memory(MemoryMarshal.AsBytes(values), shape, shape.Length, (int)type);
        if ((dtype ?? type) != type || Type(device) != 0)
        {
            using var source = made;
            made = source.to(dtype ?? type, device ?? CPU);
        }
        return Leaf(made, requires_grad);
    }

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
}
