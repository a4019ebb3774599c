namespace Kindred.Data.Formats;

/// <summary>
/// A named array of a safetensors file: its dtype (of <see cref="SafetensorsFile.Dtypes"/>) and shape, and
/// its little-endian bytes in row-major order.
/// </summary>
public sealed record SafeTensor(string Name, string Dtype, long[] Shape, ReadOnlyMemory<byte> Data);
