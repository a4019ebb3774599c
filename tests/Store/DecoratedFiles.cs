using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

/// <summary>Passes everything on; a test overrides what it wants to go wrong.</summary>
internal abstract class DecoratedFiles(IFiles inner) : IFiles
{
    public virtual Stream? OpenRead(string path) => inner.OpenRead(path);

    public virtual IReadOnlyList<string> List(string folder) => inner.List(folder);

    public virtual bool HasFolder(string folder) => inner.HasFolder(folder);

    public virtual void CreateFolder(string folder) => inner.CreateFolder(folder);

    public virtual void Replace(string path, Action<Stream> write) => inner.Replace(path, write);

    public virtual bool TryCreate(string path, ReadOnlyMemory<byte> content) => inner.TryCreate(path, content);

    public virtual void Append(string path, ReadOnlySpan<byte> line) => inner.Append(path, line);

    public virtual void Truncate(string path, long length) => inner.Truncate(path, length);

    public virtual void Delete(string path) => inner.Delete(path);

    public virtual IDisposable? TryLock(string path, LockMode mode, string? holder) => inner.TryLock(path, mode, holder);
}
