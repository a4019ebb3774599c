using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Data.Formats;

/// <summary>NumPy's .npy format 1.0 (numpy.lib.format), for float32 matrices in row-major order: a header, then the rows.</summary>
public static class NpyFile
{
    /// <summary>Writes the header of an array [rows, columns]; exactly rows · columns values must follow.</summary>
    public static void WriteHeader(Stream stream, long rows, int columns)
    {
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}";
        const int Prefix = 10; // magic, version, length of the text
        var padded = (Prefix + text.Length + 1 + 63) / 64 * 64 - Prefix;
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(padded - 1) + "\n"));
    }

    /// <summary>Writes values of one or more rows.</summary>
    public static void WriteRows(Stream stream, ReadOnlySpan<float> values) => stream.Write(MemoryMarshal.AsBytes(values));
}
