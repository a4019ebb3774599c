using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Actors.Protocol.Store;

/// <summary>The system calls that .NET doesn't offer, or whose errors it changes; with Linux's constants.</summary>
internal static partial class Libc
{
    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Append = 0x400, CloseOnExec = 0x80000;
    public const int LockShared = 1, LockExclusive = 2, LockNonBlocking = 4;
    public const int Missing = 2, Interrupted = 4, WouldBlock = 11, Exists = 17, NoFolder = 20;
    public const int TooLarge = 27, NoSpace = 28, ReadOnlySystem = 30, OverQuota = 122;

    /// <summary>Permissions of a new file, less the umask: 0666, 0600.</summary>
    public const uint ForAll = 0x1B6, ForOwner = 0x180;

    private const int FileSizeSignal = 25;

    public static SafeFileHandle Open(string path, int flags, uint permissions = ForAll) => new(OpenCall(path, flags | CloseOnExec, permissions), ownsHandle: true);

    /// <summary>A write beyond the process's file-size limit then fails with EFBIG; by default it kills the process.</summary>
    public static void IgnoreFileSizeSignal() => Signal(FileSizeSignal, 1);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
