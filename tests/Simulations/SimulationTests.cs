using Kindred.Simulation;
using Kindred.Tests.EndToEnd;

namespace Kindred.Tests.Simulations;

/// <summary>Whole clusters in virtual time. KINDRED_SEEDS sets how many; overnight a million.</summary>
public sealed class SimulationTests
{
    private const long Fewest = 2000;

    private static readonly string[] Kinds =
    [
        "broker restart", "claim in between", "cut pulls", "doubling network", "hung disk", "kill", "kill of everything", "kill of several", "leave", "long partition of bulk", "loss for good", "lossy network", "lossy node", "message doubled",
        "message lost", "partition of both", "partition of bulk", "partition of the broker", "pause", "pull failed", "slow node", "stop", "torn write",
        "torn write and death", "write and death", "write fails", "wrong answer of link",
    ];

    [Fact]
    public void No_seed_breaks_an_invariant_and_every_kind_of_fault_happens()
    {
        var seeds = long.TryParse(Environment.GetEnvironmentVariable("KINDRED_SEEDS"), out var asked) ? asked : Fewest;
        var (total, bad, shortest) = (new SimulationTotal(), new List<string>(), long.MaxValue);
        SimulationRun.All(0, seeds, result =>
        {
            total.Add(result);
            shortest = Math.Min(shortest, result.Events);
            if (result.Violation is { } violation)
                bad.Add($"seed {result.Seed}: {violation}");
        }, CancellationToken.None);
        Assert.Empty(bad);
        Assert.True(shortest >= 500, $"a seed had {shortest} events");
        if (seeds >= Fewest)
            Assert.Empty(Kinds.Except(total.Faults.Keys));
    }

    [Fact]
    public void A_seed_s_trace_has_the_same_hash_in_another_process()
    {
        var here = new SortedDictionary<long, string>();
        SimulationRun.All(0, 50, r => here.Add(r.Seed, $"seed {r.Seed}: trace {r.TraceHash:x16}"), CancellationToken.None);
        using var place = new Workplace();
        var there = place.Run("simulate seeds=50 hashes=true").Succeeds();
        Assert.Equal(here.Values.Order(StringComparer.Ordinal), there.Output.Split('\n').Where(l => l.Contains(": trace ")).Order(StringComparer.Ordinal));
        Assert.StartsWith("{\"seeds\":50,\"violations\":0,", there.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_of_the_simulation_itself_is_a_violation_of_its_seed()
    {
        using var broken = new BrokenWriter();
        Assert.Contains("no space left", ClusterSimulation.Run(7, broken).Violation, StringComparison.Ordinal);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("no space left");
    }

    [Fact]
    public void A_seed_is_replayed_with_its_trace()
    {
        using var text = new StringWriter();
        var (silent, told) = (ClusterSimulation.Run(7), ClusterSimulation.Run(7, text));
        Assert.Equal(silent.TraceHash, told.TraceHash);
        Assert.Contains("ShardLease", text.ToString(), StringComparison.Ordinal);
    }
}
