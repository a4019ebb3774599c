namespace Kindred.Data;

/// <summary>What lies at a path, asked before it is opened: opening a pipe waits for its other end, and a device has no end.</summary>
public static class FileKind
{
    private const int Kind = 0xF000, RegularFile = 0x8000, SymbolicLink = 0xA000, Pipe = 0x1000;

    /// <summary>Whether a folder, a device, a pipe or a socket is there, or a link to one. False where nothing is.</summary>
    public static bool IsNoFile(string path) => KindOf(path, 0) is not (0 or RegularFile);

    /// <summary>As <see cref="IsNoFile"/>, but a pipe is as good as a file: it ends where its writer ends.</summary>
    public static bool IsNoFileOrPipe(string path) => KindOf(path, 0) is not (0 or RegularFile or Pipe);

    /// <summary>As <see cref="IsNoFile"/>, but a link is as good as a file, wherever it leads.</summary>
    public static bool IsNoFileOrLink(string path) => KindOf(path, Statx.NotThroughLinks) is not (0 or RegularFile or SymbolicLink);

    private static int KindOf(string path, int flags)
    {
        Span<byte> found = stackalloc byte[Statx.Size];
        return Statx.TryRead(path, flags, Statx.Type, found) ? BitConverter.ToUInt16(found[Statx.ModeAt..]) & Kind : 0;
    }
}
