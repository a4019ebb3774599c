namespace Kindred.Data;

/// <summary>
/// The number (inode) under which a file system knows a file: renaming and moving within it keep the number, a copy has another. Network
/// file systems such as NFS and CephFS tell it alike on every machine.
/// </summary>
public static class FileNumber
{
    /// <exception cref="IOException">Nothing is there, or it can't be looked at.</exception>
    public static ulong Of(string path)
    {
        Span<byte> found = stackalloc byte[Statx.Size];
        return Statx.TryRead(path, 0, Statx.Inode, found) ? BitConverter.ToUInt64(found[Statx.InodeAt..]) : throw new IOException($"{path} can't be looked at.");
    }
}
