using Kindred.Actors.Protocol.Store;

namespace Kindred.Simulation.Disk;

/// <summary>How a write goes wrong.</summary>
internal enum DiskFault
{
    None,

    /// <summary>Nothing is written, and the caller is told.</summary>
    Fails,

    /// <summary>A part is written, and the caller is told.</summary>
    Tears,

    /// <summary>A part is written, and the node dies with it.</summary>
    TearsAndDies,

    /// <summary>All is written, and the node dies before it hears so.</summary>
    WritesAndDies,
}

/// <summary>The shared files as one node uses them; <paramref name="fault"/> says what goes wrong with a write to this path, now.</summary>
/// <param name="isDead">A dead node's work changes no file.</param>
internal sealed class NodeFiles(SimDisk disk, string node, Func<string, DiskFault> fault, Func<bool> liesAboutLink, Func<bool> isDead, Action die) : IFiles
{
    private int temporaries;

    /// <summary>Is told which file this node looked for in vain.</summary>
    public Action<string>? Missed { get; init; }

    /// <summary>Whether this file is written only after the node has listed its folder, though before it does anything with the list.</summary>
    public Func<string, bool> ComesAfterList { get; init; } = _ => false;

    public Stream? OpenRead(string path)
    {
        if (disk.Read(path) is { } bytes)
            return new MemoryStream(bytes, writable: false);
        Missed?.Invoke(path);
        return null;
    }

    public IReadOnlyList<string> List(string folder) => [.. disk.List(folder).Where(name => !ComesAfterList($"{folder}/{name}"))];

    public bool HasFolder(string folder) => true;

    public void CreateFolder(string folder) => Live(folder);

    public void Replace(string path, Action<Stream> write)
    {
        Live(path);
        using var stream = new MemoryStream();
        write(stream);
        var bytes = stream.ToArray();
        Put(path, () => disk.Write(path, bytes), bytes);
    }

    public bool TryCreate(string path, ReadOnlyMemory<byte> content)
    {
        Live(path);
        if (disk.Read(path) is not null)
            return false;
        Put(path, () => disk.Write(path, content.ToArray()), content.Span);
        return !liesAboutLink();
    }

    public void Append(string path, ReadOnlySpan<byte> line)
    {
        Live(path);
        var before = disk.Read(path) ?? [];
        byte[] after = [.. before, .. line], torn = [.. before, .. line[..(line.Length / 2)]];
        var what = fault(path);
        if (what is DiskFault.Tears or DiskFault.TearsAndDies)
            disk.Write(path, torn);
        else if (what != DiskFault.Fails)
            disk.Write(path, after);
        End(path, what);
    }

    public void Truncate(string path, long length)
    {
        Live(path);
        disk.Write(path, (disk.Read(path) ?? [])[..(int)length]);
    }

    public void Delete(string path)
    {
        Live(path);
        End(path, fault(path) == DiskFault.Fails ? DiskFault.Fails : DiskFault.None);
        disk.Delete(path);
    }

    public IDisposable? TryLock(string path, LockMode mode, string? holder)
    {
        var held = disk.TryLock(path, mode == LockMode.Exclusive);
        if (held is not null && holder is not null)
            disk.Write(path, System.Text.Encoding.UTF8.GetBytes(holder));
        return held;
    }

    /// <summary>Writes to a temporary name first: a fault leaves that, and never half of what was asked for.</summary>
    private void Put(string path, Action publish, ReadOnlySpan<byte> bytes)
    {
        var what = fault(path);
        if (what is DiskFault.Tears or DiskFault.TearsAndDies)
            disk.Write($"{path}.{node}-{temporaries++}{IFiles.Temporary}", bytes[..(bytes.Length / 2)].ToArray());
        else if (what != DiskFault.Fails)
            publish();
        End(path, what);
    }

    private void Live(string path)
    {
        if (isDead())
            throw new RunStoreException($"Can't write {path}: the node is dead.");
    }

    private void End(string path, DiskFault what)
    {
        if (what == DiskFault.None)
            return;
        if (what is DiskFault.TearsAndDies or DiskFault.WritesAndDies)
            die();
        throw new RunStoreException($"Can't write {path}: {what} (simulated). Free some space.");
    }
}
