using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Data.Folders;

/// <summary>
/// JPEG (libjpeg-turbo) and PNG (libpng) to upright RGB planes, through the shim in native/. Grayscale is repeated, CMYK and YCCK
/// converted (with Adobe's inversion), 16 bits rounded to 8, transparency blended over white, EXIF orientation applied.
/// Any warning of libjpeg, as of data that end early, makes the file corrupt.
/// </summary>
public static unsafe partial class ImageDecoder
{
    private const int ErrorBytes = 256;

    /// <summary>Decodes one file's bytes; false and a line that says why where it can't. Safe to call from any thread.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="minSize">JPEGs are decoded at 1/2, 1/4 or 1/8 while both sides keep so many pixels; 0: full size.</param>
    /// <param name="image">At most 16,384 pixels a side, 2²⁶ in all.</param>
    /// <param name="reason">Empty where the image could be decoded.</param>
    public static bool TryDecode(ReadOnlySpan<byte> file, int minSize, out Image image, out string reason)
    {
        Decoded decoded;
        var error = stackalloc byte[ErrorBytes];
        error[0] = 0;
        int status;
        fixed (byte* bytes = file)
            status = Decode(bytes, (nuint)file.Length, minSize, &decoded, error, ErrorBytes);
        if (status != 0)
        {
            image = default;
            reason = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));
            return false;
        }

        try
        {
            var planes = new ReadOnlySpan<byte>(decoded.Planes, 3 * decoded.Height * decoded.Width);
            var pixels = GC.AllocateUninitializedArray<byte>(planes.Length);
            planes.CopyTo(pixels);
            image = new Image(pixels, decoded.Height, decoded.Width);
            reason = "";
            return true;
        }
        finally
        {
            Free(decoded.Planes);
        }
    }

    [LibraryImport("kindred_image", EntryPoint = "ki_decode")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Decode(byte* bytes, nuint length, int minSize, Decoded* image, byte* error, nuint errorSize);

    [LibraryImport("kindred_image", EntryPoint = "ki_free")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void Free(byte* planes);

    [StructLayout(LayoutKind.Sequential)]
    private struct Decoded
    {
        public byte* Planes;
        public int Height, Width;
    }
}
