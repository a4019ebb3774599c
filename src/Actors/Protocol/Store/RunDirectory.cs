using System.Text;

namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// A run's folder: resolved configuration, versions, terms, checkpoints, metrics and log; locked while this object lives, so that
/// a second process is refused. The configuration is written last and removed first: where it is, there is a run.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private readonly IDisposable? held;
    private readonly Action<string> warn;

    private RunDirectory(IFiles files, string path, IDisposable? held, Action<string> warn)
    {
        (Files, Root, this.held, this.warn) = (files, path, held, warn);
        Terms = new Terms(files, TermsOf(path));
        Checkpoints = new CheckpointStore(files, CheckpointsOf(path), warn);
        Metrics = new MetricsLog(files, MetricsOf(path));
        End = new EndFile(files, EndOf(path), Terms);
    }

    public IFiles Files { get; }

    public string Root { get; }

    public Terms Terms { get; }

    public CheckpointStore Checkpoints { get; }

    public MetricsLog Metrics { get; }

    public EndFile End { get; }

    /// <summary>The lines of metrics.jsonl that count now.</summary>
    public IReadOnlyList<MetricsEntry> ReadMetrics() => MetricsLog.Read(Files, MetricsOf(Root), Terms.Chain());

    /// <summary>The commits on the chain in the order of their lines in metrics.jsonl: a step that is there twice was committed twice.</summary>
    public IReadOnlyList<TermStep> ReadCommits() =>
        [.. MetricsLog.OnChain(Files, MetricsOf(Root), Terms.Chain()).Where(m => m.Event == "step").Select(m => m.At)];

    /// <summary>The checkpoint to go on from. Null: from the untrained state; a run that has committed steps then gets a warning.</summary>
    /// <exception cref="RunStoreException">There are checkpoints, but none of them can be used.</exception>
    public Checkpoint? NewestCheckpoint(TermChain chain)
    {
        var newest = Checkpoints.NewestValid(chain);
        if (newest is null && ReadCommits().Count is > 0 and var lost)
            warn($"no checkpoint is there: {(lost == 1 ? "the step" : $"the {lost} steps")} that {Root} committed {(lost == 1 ? "is" : "are")} trained again");
        return newest;
    }

    public static string EndOf(string path) => Path.Combine(path, "end.json");

    /// <summary>The newest request to save and end the run.</summary>
    public static string StopOf(string path) => Path.Combine(path, "stop");

    /// <summary>The hash of a gradient that every worker must compute to the same bits.</summary>
    public static string ProbeOf(string path) => Path.Combine(path, "probe");

    /// <summary>Says that the run isn't bit-exact, and why.</summary>
    public static string NotExactOf(string path) => Path.Combine(path, "not-bit-exact");

    public static string ConfigurationOf(string path) => Path.Combine(path, "config.hocon");

    public static string VersionsOf(string path) => Path.Combine(path, "versions.json");

    public static string CoordinatorOf(string path) => Path.Combine(path, "coordinator.json");

    public static string MetricsOf(string path) => Path.Combine(path, "metrics.jsonl");

    public static string LogOf(string path) => Path.Combine(path, "kindred.log");

    /// <summary>Each node of a cluster has a log of its own.</summary>
    public static string LogOf(string path, string node) => Path.Combine(path, $"kindred-{node}.log");

    public static string TermsOf(string path) => Path.Combine(path, "terms");

    public static string CheckpointsOf(string path) => Path.Combine(path, "checkpoints");

    /// <summary>
    /// Makes a new run and locks it exclusively; <paramref name="holder"/> tells whoever is refused who holds it, as in
    /// "process 4711 on gpu3". With <paramref name="overwrite"/> a run that is there is deleted, but no other file of the folder.
    /// </summary>
    /// <exception cref="RunStoreException">The folder holds a run, is in use, or can't be written.</exception>
    public static RunDirectory Create(
        IFiles files, string path, string holder, string configuration, IReadOnlyDictionary<string, string> versions, bool overwrite,
        Action<string> warn)
    {
        CreateRoot(files, path);
        var run = new RunDirectory(files, path, Lock(files, path, LockMode.Exclusive, holder), warn);
        try
        {
            if (RunFiles(files, path) is { Count: > 0 } remains)
            {
                if (!overwrite)
                    throw new RunStoreException(
                        $"{path} already holds a run: `kindred resume {path}` goes on with it, overwrite=true deletes it.");
                foreach (var file in remains)
                    files.Delete(file);
            }

            files.CreateFolder(TermsOf(path));
            files.CreateFolder(CheckpointsOf(path));
            run.Start();
            var listed = StoreJson.Bytes(new SortedDictionary<string, string>(versions.ToDictionary(), StringComparer.Ordinal));
            files.Replace(VersionsOf(path), stream => stream.Write(listed));
            files.Replace(ConfigurationOf(path), stream => stream.Write(Encoding.UTF8.GetBytes(configuration)));
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a run to go on with it and locks it: exclusively for one process, then what a death left is cleaned up; shared for
    /// a cluster node.
    /// </summary>
    /// <exception cref="RunStoreException">There is no run, a part of it is missing, or it is in use.</exception>
    public static RunDirectory Open(IFiles files, string path, string holder, LockMode mode, Action<string> warn)
    {
        ReadConfiguration(files, path);
        if (Array.Find([TermsOf(path), CheckpointsOf(path)], folder => !files.HasFolder(folder)) is { } missing)
            throw new RunStoreException(
                $"{missing} is missing: put it back to go on with the run, or start anew with `kindred train run={path} overwrite=true …`.");
        var run = new RunDirectory(files, path, Lock(files, path, mode, holder), warn);
        try
        {
            if (mode == LockMode.Exclusive)
                run.Start();
            run.End.Opened();
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>A run as its files are now, also while it trains: without a lock, only for reading.</summary>
    /// <exception cref="RunStoreException">There is no run.</exception>
    public static RunDirectory OpenToRead(IFiles files, string path, Action<string> warn)
    {
        ReadConfiguration(files, path);
        return new RunDirectory(files, path, null, warn);
    }

    /// <summary>The resolved configuration (HOCON) of a run; needs no lock.</summary>
    /// <exception cref="RunStoreException">There is no run.</exception>
    public static string ReadConfiguration(IFiles files, string path) =>
        files.ReadAll(ConfigurationOf(path)) is { } bytes
            ? Encoding.UTF8.GetString(bytes)
            : throw new RunStoreException($"{path} holds no run (no config.hocon); `kindred train run={path} …` starts one, in a cluster a node with the role coordinator.");

    public void Dispose() => held?.Dispose();

    private void Start()
    {
        foreach (var folder in new[] { Root, TermsOf(Root), CheckpointsOf(Root) })
        {
            foreach (var name in Files.List(folder).Where(n => n.EndsWith(IFiles.Temporary, StringComparison.Ordinal)))
                Files.Delete(Path.Combine(folder, name));
        }

        Metrics.CutTornLine();
    }

    private static void CreateRoot(IFiles files, string path)
    {
        try
        {
            files.CreateFolder(path);
        }
        catch (RunStoreException e)
        {
            throw new RunStoreException($"{e.Message} Take another one: run=FOLDER.", e);
        }
    }

    /// <summary>Whether a process has opened the run to train it, alone or with others that it may still wait for.</summary>
    public static bool IsInUse(IFiles files, string path)
    {
        using var free = files.TryLock(Path.Combine(path, "lock"), LockMode.Exclusive, holder: null);
        return free is null;
    }

    private static IDisposable Lock(IFiles files, string path, LockMode mode, string holder)
    {
        var file = Path.Combine(path, "lock");
        if (files.TryLock(file, mode, holder) is { } held)
            return held;
        var by = files.ReadAll(file) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : "another process";
        throw new RunStoreException($"{path} is in use by {by}; stop it, or wait for its end.");
    }

    // The configuration first, so that a half-removed run is none. What no run wrote is none of it, wherever it lies.
    private static List<string> RunFiles(IFiles files, string path) =>
    [
        .. new[] { ConfigurationOf(path), MetricsOf(path), CoordinatorOf(path), EndOf(path), StopOf(path), ProbeOf(path), NotExactOf(path) }
            .Where(file => files.List(path).Contains(Path.GetFileName(file))),
        .. files.List(TermsOf(path)).Where(Store.Terms.IsOurs).Select(name => Path.Combine(TermsOf(path), name)),
        .. files.List(CheckpointsOf(path)).Where(CheckpointStore.IsOurs).Select(name => Path.Combine(CheckpointsOf(path), name)),
    ];
}
