#pragma warning disable RS0030 // The one implementation of Context.Files on a real disk: here the banned file calls are made.
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Actors.Protocol.Store;

/// <summary>The real file system (Linux). .NET's own calls, and libc's where .NET's would race or not reach the disk.</summary>
public sealed class PosixFiles : IFiles
{
    static PosixFiles() => Libc.IgnoreFileSizeSignal();

    public Stream? OpenRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed("read", path, e);
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed("list", folder, e);
        }
    }

    public void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed("make the folder", folder, e);
        }
    }

    public void Replace(string path, Action<Stream> write) => Publish(path, write, temporary =>
    {
        Check(Libc.Rename(temporary, path), "write", path);
        return true;
    });

    public bool TryCreate(string path, ReadOnlyMemory<byte> content) => Publish(path, s => s.Write(content.Span), temporary =>
    {
        var linked = Libc.Link(temporary, path) == 0;
        if (!linked && Marshal.GetLastPInvokeError() is var error && error != Libc.Exists)
            throw Failed("link", path, error);
        return linked;
    });

    public void Append(string path, ReadOnlySpan<byte> line)
    {
        using var file = Open(path, Libc.WriteOnly | Libc.Append | Libc.Create, "append to");
        WriteOnce(file, line, "append to", path);
    }

    public void Truncate(string path, long length)
    {
        using var file = Open(path, Libc.WriteOnly, "shorten");
        Check(Libc.Truncate(file, length), "shorten", path);
        Check(Libc.Sync(file), "shorten", path);
    }

    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed("delete", path, e);
        }
    }

    public IDisposable? TryLock(string path, LockMode mode, string holder)
    {
        var file = Open(path, Libc.ReadWrite | Libc.Create, "lock");
        try
        {
            var kind = mode == LockMode.Exclusive ? Libc.LockExclusive : Libc.LockShared;
            if (Libc.Lock(file, kind | Libc.LockNonBlocking) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                file.Dispose();
                return error == Libc.WouldBlock ? null : throw Failed("lock", path, error);
            }

            Check(Libc.Truncate(file, 0), "lock", path);
            WriteOnce(file, Encoding.UTF8.GetBytes(holder), "lock", path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool Publish(string path, Action<Stream> write, Func<string, bool> publish)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}{IFiles.Temporary}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            var published = publish(temporary);
            SyncFolder(path);
            return published;
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed("write", path, e);
        }
        finally
        {
            _ = Libc.Unlink(temporary); // after a rename there is nothing to unlink; what can't be, the next start removes
        }
    }

    private static void SyncFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var handle = Open(folder, Libc.ReadOnly, "sync");
        Check(Libc.Sync(handle), "sync", folder);
    }

    private static SafeFileHandle Open(string path, int flags, string verb)
    {
        var handle = Libc.Open(path, flags);
        return handle.IsInvalid ? throw Failed(verb, path, Marshal.GetLastPInvokeError()) : handle;
    }

    private static void WriteOnce(SafeFileHandle file, ReadOnlySpan<byte> bytes, string verb, string path)
    {
        nint written;
        do
            written = Libc.Write(file, bytes, bytes.Length);
        while (written < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
        Check((int)Math.Min(written, 0), verb, path);
        if (written != bytes.Length)
            throw Failed(verb, path, Libc.NoSpace);
    }

    private static void Check(int result, string verb, string path)
    {
        if (result != 0)
            throw Failed(verb, path, Marshal.GetLastPInvokeError());
    }

    private static bool IsOfDisk(Exception e) => e is (IOException or UnauthorizedAccessException) and not RunStoreException;

    private static RunStoreException Failed(string verb, string path, int error) =>
        new($"Can't {verb} {path}: {Marshal.GetPInvokeErrorMessage(error)}{Advice(error)}");

    // .NET keeps errno in HResult for the errors that matter here, and the path within the message.
    private static RunStoreException Failed(string verb, string path, Exception e) =>
        new($"Can't {verb} {path}: {e.Message.ReplaceLineEndings(" ")}{Advice(e.HResult)}", e);

    private static string Advice(int error) => error switch
    {
        Libc.NoSpace or Libc.QuotaExceeded => " (the disk or the quota is full; free space, then resume: what was there is intact)",
        Libc.TooLarge => " (the process's file-size limit, see `ulimit -f`; raise it, then resume: what was there is intact)",
        Libc.ReadOnlySystem => " (the file system is read-only; choose another folder)",
        _ => "",
    };
}
