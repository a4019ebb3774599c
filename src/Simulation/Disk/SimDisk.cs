namespace Kindred.Simulation.Disk;

/// <summary>The files that all nodes share, as a POSIX file system would hold them.</summary>
internal sealed class SimDisk
{
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<object>> locks = new(StringComparer.Ordinal);

    /// <summary>Is told which path has changed.</summary>
    public Action<string>? Changed { get; set; }

    public byte[]? Read(string path) => files.GetValueOrDefault(path);

    public IReadOnlyList<string> List(string folder)
    {
        var prefix = folder + "/";
        return [.. files.Keys.Where(f => f.StartsWith(prefix, StringComparison.Ordinal) && f.IndexOf('/', prefix.Length) < 0).Select(f => f[prefix.Length..])];
    }

    public void Write(string path, byte[] bytes)
    {
        files[path] = bytes;
        Changed?.Invoke(path);
    }

    public void Delete(string path)
    {
        if (files.Remove(path))
            Changed?.Invoke(path);
    }

    public IDisposable? TryLock(string path, bool exclusive)
    {
        var holders = locks.TryGetValue(path, out var known) ? known : locks[path] = [];
        if (holders.Count > 0 && (exclusive || holders[0] is Held { IsExclusive: true }))
            return null;
        return new Held(holders, exclusive);
    }

    private sealed class Held : IDisposable
    {
        private readonly List<object> holders;

        public Held(List<object> holders, bool isExclusive)
        {
            (this.holders, IsExclusive) = (holders, isExclusive);
            holders.Add(this);
        }

        public bool IsExclusive { get; }

        public void Dispose() => holders.Remove(this);
    }
}
