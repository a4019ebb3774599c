using System.Runtime.InteropServices;

namespace Kindred.Data;

/// <summary>What lies at a path, asked before it is opened: opening a pipe waits for its other end, and a device has no end.</summary>
public static partial class FileKind
{
    private const int Here = -100, NotThroughLinks = 0x100;

    /// <summary>struct statx: stx_mode at 28, stx_ino at 32.</summary>
    private const int StatSize = 256;

    private const int Kind = 0xF000, RegularFile = 0x8000, SymbolicLink = 0xA000, Pipe = 0x1000;

    /// <summary>Whether a folder, a device, a pipe or a socket is there, or a link to one. False where nothing is.</summary>
    public static bool IsNoFile(string path) => KindOf(path, 0) is not (0 or RegularFile);

    /// <summary>As <see cref="IsNoFile"/>, but a pipe is as good as a file: it ends where its writer ends.</summary>
    public static bool IsNoFileOrPipe(string path) => KindOf(path, 0) is not (0 or RegularFile or Pipe);

    /// <summary>As <see cref="IsNoFile"/>, but a link is as good as a file, wherever it leads.</summary>
    public static bool IsNoFileOrLink(string path) => KindOf(path, NotThroughLinks) is not (0 or RegularFile or SymbolicLink);

    /// <summary>A file's number in its file system: a move keeps it, a copy has another.</summary>
    /// <exception cref="FileNotFoundException"></exception>
    public static ulong NumberOf(string path)
    {
        Span<byte> found = stackalloc byte[StatSize];
        return Stat(Here, path, 0, mask: 0x100, found) == 0 ? BitConverter.ToUInt64(found[32..]) : throw new FileNotFoundException($"Nothing is at {path}.", path);
    }

    private static int KindOf(string path, int flags)
    {
        Span<byte> found = stackalloc byte[StatSize];
        return Stat(Here, path, flags, mask: 1, found) == 0 ? BitConverter.ToUInt16(found[28..]) & Kind : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, Span<byte> found);
}
