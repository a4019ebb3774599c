#pragma warning disable RS0030 // The one implementation of Context.Files on a real disk: here the banned file calls are made.
using System.Runtime.InteropServices;
using System.Text;
using Kindred.Data;

namespace Kindred.Actors.Protocol.Store;

/// <summary>The real file system (Linux): .NET's own calls for reading and listing, libc's for all that must reach the disk.</summary>
public sealed class PosixFiles : IFiles
{
    static PosixFiles() => Libc.IgnoreFileSizeSignal();

    // Not File.Open: that takes a flock(2) of its own, which the run's lock would refuse, or be refused for.
    public Stream? OpenRead(string path)
    {
        if (FileKind.IsNoFile(path))
            throw new RunStoreException($"Can't read {path}: a folder, a device or a pipe is there.");
        var handle = Libc.Open(path, Libc.ReadOnly);
        if (!handle.IsInvalid)
            return new FileStream(handle, FileAccess.Read);
        return Marshal.GetLastPInvokeError() is Libc.Missing or Libc.NoFolder ? null : throw PosixFile.Failure("read", path);
    }

    public IReadOnlyList<string> List(string folder) => Try<IReadOnlyList<string>>("list", folder, () => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : []);

    public bool HasFolder(string folder) => Directory.Exists(folder);

    public void CreateFolder(string folder) => Try("make the folder", folder, () => Directory.CreateDirectory(folder));

    public void Delete(string path)
    {
        if (Libc.Unlink(path) != 0 && Marshal.GetLastPInvokeError() is not (Libc.Missing or Libc.NoFolder))
            throw PosixFile.Failure("delete", path);
    }

    public void Replace(string path, Action<Stream> write)
    {
        if (FileKind.IsNoFileOrLink(path))
            throw new RunStoreException($"Can't write {path}: a folder, a device or a pipe is there; choose another name.");
        Publish(path, write, temporary => Libc.Rename(temporary, path) == 0 ? true : throw PosixFile.Failure("write", path));
    }

    public bool TryCreate(string path, ReadOnlyMemory<byte> content) => TryCreate(path, content, Libc.ForAll);

    /// <summary>The same, for its owner's eyes only.</summary>
    public static bool TryCreateSecret(string path, ReadOnlyMemory<byte> content) => TryCreate(path, content, Libc.ForOwner);

    public void Append(string path, ReadOnlySpan<byte> line)
    {
        using var file = new PosixFile(path, Libc.WriteOnly | Libc.Append | Libc.Create, "append to", path);
        file.WriteOnce(line);
    }

    public void Truncate(string path, long length)
    {
        using var file = new PosixFile(path, Libc.WriteOnly, "shorten", path);
        file.Truncate(length);
        file.Sync();
    }

    public IDisposable? TryLock(string path, LockMode mode, string? holder)
    {
        var file = new PosixFile(path, Libc.ReadWrite | Libc.Create, "lock", path);
        var held = false;
        try
        {
            if (!file.TryLock(mode))
                return null;
            if (holder is not null)
            {
                file.Truncate(0);
                file.WriteOnce(Encoding.UTF8.GetBytes(holder));
            }

            held = true;
            return file;
        }
        finally
        {
            if (!held)
                file.Dispose();
        }
    }

    private static bool TryCreate(string path, ReadOnlyMemory<byte> content, uint permissions)
    {
        bool Link(string temporary)
        {
            var linked = Libc.Link(temporary, path) == 0;
            return linked || Marshal.GetLastPInvokeError() == Libc.Exists ? linked : throw PosixFile.Failure("link", path);
        }

        return Publish(path, file => file.Write(content.Span), Link, permissions);
    }

    private static bool Publish(string path, Action<Stream> write, Func<string, bool> publish, uint permissions = Libc.ForAll)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}{IFiles.Temporary}";
        try
        {
            using (var file = new PosixFile(temporary, Libc.WriteOnly | Libc.Create | Libc.Exclusive, "write", path, permissions))
            {
                write(file);
                file.Sync();
            }

            var published = publish(temporary);
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            using var entry = new PosixFile(folder, Libc.ReadOnly, "sync", folder);
            entry.Sync();
            return published;
        }
        finally
        {
            _ = Libc.Unlink(temporary); // after a rename there is nothing to unlink; what can't be, the next start removes
        }
    }

    private static T Try<T>(string verb, string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"Can't {verb} {path}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
