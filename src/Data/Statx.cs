using System.Runtime.InteropServices;

namespace Kindred.Data;

/// <summary>statx(2), whose struct is the same on every architecture.</summary>
internal static partial class Statx
{
    public const int Size = 256, ModeAt = 28, InodeAt = 32;

    /// <summary>What is asked for: STATX_TYPE, STATX_INO.</summary>
    public const uint Type = 0x1, Inode = 0x100;

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public const int NotThroughLinks = 0x100;

    private const int WorkingFolder = -100;

    /// <summary>False: nothing is there, or it can't be looked at.</summary>
    public static bool TryRead(string path, int flags, uint wanted, Span<byte> found) => Stat(WorkingFolder, path, flags, wanted, found) == 0;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, Span<byte> found);
}
