using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>A number with the kind (integer, floating, boolean) that decides libtorch's type promotion.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Scalar
{
    // As in shim.h: 0 is "none".
    private readonly long kind;
    private readonly long bits;

    private Scalar(long kind, long bits) => (this.kind, this.bits) = (kind, bits);

    public static implicit operator Scalar(int value) => new(1, value);
    public static implicit operator Scalar(long value) => new(1, value);
    public static implicit operator Scalar(float value) => (double)value;
    public static implicit operator Scalar(double value) => new(2, BitConverter.DoubleToInt64Bits(value));

    public double ToDouble() => kind == 2 ? BitConverter.Int64BitsToDouble(bits) : bits;
    public long ToInt64() => kind == 2 ? (long)ToDouble() : bits;
    public bool ToBoolean() => kind == 2 ? ToDouble() != 0 : bits != 0;
}
