using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Actors.Protocol.Store;

/// <summary>An open file descriptor; every failure is a <see cref="RunStoreException"/> that says what was being done to which path.</summary>
internal sealed class PosixFile(string opened, int flags, string verb, string path, uint permissions = Libc.ForAll) : WriteOnlyStream
{
    private readonly SafeFileHandle handle = Libc.Open(opened, flags, permissions) is { IsInvalid: false } valid ? valid : throw Failure(verb, path);

    /// <summary>One write(2), so that what several writers append never mixes.</summary>
    public void WriteOnce(ReadOnlySpan<byte> bytes)
    {
        if (WriteSome(bytes) is var written && written < bytes.Length)
            throw Failure(verb, path, Libc.NoSpace, $"only {written} of {bytes.Length} bytes went in");
    }

    public void Sync() => Check(Libc.Sync(handle));

    public void Truncate(long length) => Check(Libc.Truncate(handle, length));

    /// <summary>False: another holds it.</summary>
    public bool TryLock(LockMode mode)
    {
        var kind = mode == LockMode.Exclusive ? Libc.LockExclusive : Libc.LockShared;
        var locked = Libc.Lock(handle, kind | Libc.LockNonBlocking) == 0;
        return locked || Marshal.GetLastPInvokeError() == Libc.WouldBlock ? locked : throw Failure(verb, path);
    }

    /// <summary>The failure of the last system call.</summary>
    public static RunStoreException Failure(string verb, string path) => Failure(verb, path, Marshal.GetLastPInvokeError());

    protected override void WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[WriteSome(bytes)..];
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }

    private int WriteSome(ReadOnlySpan<byte> bytes)
    {
        nint written;
        do
            written = Libc.Write(handle, bytes, bytes.Length);
        while (written < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
        return written >= 0 ? (int)written : throw Failure(verb, path);
    }

    private void Check(int result)
    {
        if (result != 0)
            throw Failure(verb, path);
    }

    private static RunStoreException Failure(string verb, string path, int error, string? reason = null)
    {
        var advice = error switch
        {
            Libc.NoSpace or Libc.OverQuota => " (disk or quota full: free space, then resume; what was there before is intact)",
            Libc.TooLarge => " (the file-size limit of this process, `ulimit -f`: raise it, then resume; what was there before is intact)",
            Libc.ReadOnlySystem => " (choose a folder that can be written)",
            _ => "",
        };
        return new RunStoreException($"Can't {verb} {path}: {reason ?? Marshal.GetPInvokeErrorMessage(error)}{advice}");
    }
}
