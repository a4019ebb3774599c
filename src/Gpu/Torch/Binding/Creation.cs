using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Factories. The default type is float32 and the default device the CPU.</summary>
public static partial class torch
{
    public static Tensor empty(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Native.kt_empty(size, size.Length, Or32(dtype), Type(device), Index(device)), requires_grad);

    public static Tensor zeros(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Native.kt_zeros(size, size.Length, Or32(dtype), Type(device), Index(device)), requires_grad);

    public static Tensor ones(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(size, 1, Or32Type(dtype), device, requires_grad);

    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Native.kt_full(size, size.Length, value, Or32(dtype), Type(device), Index(device)), requires_grad);

    public static Tensor empty(params ReadOnlySpan<long> size) => empty(size, null);
    public static Tensor zeros(params ReadOnlySpan<long> size) => zeros(size, null);
    public static Tensor ones(params ReadOnlySpan<long> size) => ones(size, null);
    public static Tensor randn(params ReadOnlySpan<long> size) => randn(size, null);
    public static Tensor rand(params ReadOnlySpan<long> size) => rand(size, null);

    public static Tensor randn(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Native.kt_randn(size, size.Length, Or32(dtype), Type(device), Index(device)), requires_grad);

    public static Tensor rand(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Native.kt_rand(size, size.Length, Or32(dtype), Type(device), Index(device)), requires_grad);

    /// <summary>Integers in [low, high), int64 by default.</summary>
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null) =>
        Native.kt_randint(low, high, size, size.Length, (int)(dtype ?? ScalarType.Int64), Type(device), Index(device));

    /// <summary>start, start + step, … below stop; int64 where all three are integers and no type is given.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null) =>
        Native.kt_arange(start, stop, step, (int?)dtype ?? -1, Type(device), Index(device));

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null) =>
        arange(start, stop, 1, dtype, device);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null) => arange(0, stop, 1, dtype, device);

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null) =>
        Native.kt_eye(rows, columns < 0 ? rows : columns, Or32(dtype), Type(device), Index(device));

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null) => input.zeros_like(dtype, device);
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null) => input.ones_like(dtype, device);

    public static void manual_seed(long seed) => Errors.Check(Native.kt_manual_seed(seed));

    internal static int Type(Device? device) => (int)(device?.type ?? DeviceType.CPU);
    internal static int Index(Device? device) => device?.index ?? -1;
    private static int Or32(ScalarType? dtype) => (int)(dtype ?? ScalarType.Float32);
    private static ScalarType Or32Type(ScalarType? dtype) => dtype ?? ScalarType.Float32;
    private static Tensor Leaf(Tensor made, bool requires_grad) => requires_grad ? made.requires_grad_() : made;

    public sealed partial class Tensor
    {
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null) =>
            Native.kt_zeros_like(this, (int?)dtype ?? -1, (int?)device?.type ?? -1, Index(device));

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null) => full_like(1, dtype, device);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null) =>
            Native.kt_full_like(this, value, (int?)dtype ?? -1, (int?)device?.type ?? -1, Index(device));
    }
}
