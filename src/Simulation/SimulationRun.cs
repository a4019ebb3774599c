namespace Kindred.Simulation;

/// <summary>Runs many seeds, each on one thread, as many at a time as there are processors.</summary>
public static class SimulationRun
{
    /// <summary>Calls <paramref name="report"/> for each seed as it ends, one at a time; returns early when cancelled.</summary>
    public static void All(long first, long count, Action<SeedResult> report, CancellationToken cancel)
    {
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(first, first + count, options, (seed, loop) =>
        {
            if (cancel.IsCancellationRequested)
                loop.Stop();
            if (loop.IsStopped)
                return;
            var result = ClusterSimulation.Run(seed);
            lock (gate)
                report(result);
        });
    }
}

/// <summary>The sums over seeds, as the command prints them.</summary>
public sealed class SimulationTotal
{
    private readonly SortedDictionary<string, long> faults = new(StringComparer.Ordinal);
    private long seeds, events, commits;

    public long Violations { get; private set; }

    public IReadOnlyDictionary<string, long> Faults => faults;

    public void Add(SeedResult result)
    {
        (seeds, events, commits) = (seeds + 1, events + result.Events, commits + result.Commits);
        Violations += result.Violation is null ? 0 : 1;
        foreach (var (kind, count) in result.Faults)
            faults[kind] = faults.GetValueOrDefault(kind) + count;
    }

    /// <summary>To be written as JSON.</summary>
    public object Summary() => new { seeds, violations = Violations, events, commits, faults };
}
