using System.Buffers.Binary;

namespace Kindred.Data.Formats;

/// <summary>A safetensors file whose bytes aren't copied together: the head, then each tensor's own memory, in file order.</summary>
/// <param name="Head">The header's length and the header, a multiple of 64 bytes.</param>
/// <param name="Length">Of the whole file, in bytes.</param>
public sealed record SafetensorsFrame(ReadOnlyMemory<byte> Head, IReadOnlyList<SafeTensor> Tensors, long Length)
{
    /// <summary>Orders the tensors by falling element size and then by name, so that the bytes are a pure function of the contents.</summary>
    /// <exception cref="ArgumentException">A name comes twice, a dtype is unknown, or data and shape differ in length.</exception>
    public static SafetensorsFrame Of(IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .OrderByDescending(t => SafetensorsHeader.ElementSize(t.Dtype))
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToArray();
        var header = SafetensorsHeader.Format(ordered, metadata);
        var head = new byte[8 + header.Length];
        BinaryPrimitives.WriteInt64LittleEndian(head, header.Length);
        header.CopyTo(head, 8);
        return new SafetensorsFrame(head, ordered, head.Length + ordered.Sum(t => (long)t.Data.Length));
    }
}
