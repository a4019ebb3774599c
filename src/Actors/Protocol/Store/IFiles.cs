namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// The file operations that the protocol rests on, so few that a simulation can own them: tear writes, fail them, lose what was
/// not synced. Calls are thread-safe. What fails throws <see cref="RunStoreException"/> (what, path, reason, what to do);
/// what is merely missing is null, false or empty.
/// </summary>
public interface IFiles
{
    /// <summary>How the names end that <see cref="Replace"/> and <see cref="TryCreate"/> write to first: what a death leaves.</summary>
    public const string Temporary = ".tmp";

    /// <summary>A stream over the file's bytes, or null where there is no such file.</summary>
    Stream? OpenRead(string path);

    /// <summary>Names (without folder) of the files in a folder, in ordinal order; empty where there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    bool HasFolder(string folder);

    /// <summary>Makes the folder and its parents.</summary>
    void CreateFolder(string folder);

    /// <summary>
    /// Atomic: writes to a temporary name, syncs it, renames it over <paramref name="path"/>, syncs the folder. If anything fails,
    /// also an exception of <paramref name="write"/>, what was at the path stays as it was.
    /// </summary>
    void Replace(string path, Action<Stream> write);

    /// <summary>
    /// Claims a name: a complete, synced file is hard-linked (link(2)) to it. False: the name was taken. The answer can be wrong
    /// (a network file system that repeats the call), so claimants read the file and look whose it is.
    /// </summary>
    bool TryCreate(string path, ReadOnlyMemory<byte> content);

    /// <summary>open(2) with O_APPEND and one write(2), so that lines of several writers never mix; creates the file.</summary>
    void Append(string path, ReadOnlySpan<byte> line);

    /// <summary>Cuts the file to <paramref name="length"/> bytes and syncs it.</summary>
    void Truncate(string path, long length);

    /// <summary>Deletes the file, if it exists.</summary>
    void Delete(string path);

    /// <summary>
    /// Locks a file, or returns null at once where another holds it. Disposing unlocks; so does the kernel when the process dies.
    /// <paramref name="holder"/> is written into the file, for whoever is refused; null: what is there stays.
    /// </summary>
    IDisposable? TryLock(string path, LockMode mode, string? holder);
}

/// <summary>Shared holders don't refuse one another; an exclusive one refuses all.</summary>
public enum LockMode
{
    Shared,
    Exclusive,
}
