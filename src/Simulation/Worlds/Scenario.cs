using Kindred.Data.Sampling;
using Kindred.Simulation.Network;
using Kindred.Simulation.Tensors;

namespace Kindred.Simulation.Worlds;

/// <summary>
/// The run and the cluster of one seed. Times in seconds. <see cref="Staleness"/> above 0: consistency=async; <see cref="LocalSteps"/> above
/// 0: local. <see cref="Workers"/>: so many the first term waits for; there may be more.
/// </summary>
internal sealed record Scenario(
    int Shards, int Workers, int Graphs, int Samples, int Batch, long LastStep, int CheckpointEvery, int EvaluateEvery, bool NeedsWholeBatch,
    int BankRows, double AnswerWithin, double Encode, double Latency, double FaultsUntil, double BetweenFaults, DetectorTimes Detector,
    IReadOnlyList<Machine> Machines)
{
    public int Staleness { get; private init; }

    public int LocalSteps { get; private init; }

    public bool KeepBest { get; private init; }

    /// <summary>Of eight runs five are in sync, two async and one local.</summary>
    public static Scenario Draw(long seed)
    {
        var random = Keyed.For(Data.Sampling.Draw.Simulation, seed, 8);
        var sync = DrawSync(seed);
        sync = sync with { KeepBest = random.NextBelow(3) == 0, Workers = sync.Workers - random.NextBelow(2) };
        return random.NextBelow(8) switch
        {
            0 or 1 => sync with { NeedsWholeBatch = false, LastStep = sync.LastStep * 2, Staleness = 1 + random.NextBelow(5) },
            2 => sync with { NeedsWholeBatch = false, LastStep = sync.LastStep / 2, LocalSteps = 1 + random.NextBelow(4) },
            _ => sync,
        };
    }

    private static Scenario DrawSync(long seed)
    {
        var random = Keyed.For(Data.Sampling.Draw.Simulation, seed, 5);
        int Between(int low, int high) => low + random.NextBelow(high - low + 1);
        var (shards, workers) = (Between(1, 5), Between(2, 3));
        var batch = shards * Between(3, 5);
        var machines = new List<Machine>();
        void Add(string name, params string[] roles) => machines.Add(new Machine(machines.Count, name, roles));
        var dataBeside = random.NextBelow(3) == 0;
        Add("a", dataBeside ? ["coordinator", "keeper", "data"] : ["coordinator", "keeper"]);
        Add("b", "coordinator", "keeper");
        Add("d", "data");
        for (var w = 0; w < workers; w++)
            Add($"w{w}", random.NextBelow(3) == 0 ? ["worker", "data"] : ["worker"]);
        return new Scenario(
            shards, workers, Between(1, 3), batch * Between(2, 5) + Between(0, 3), batch, Between(10, 24), Between(0, 4), Between(0, 2),
            random.NextBelow(2) == 0, Between(3, 40), Between(1, 4), random.NextDouble(0.03, 0.25), random.NextDouble(0.0003, 0.01),
            random.NextDouble(6, 25), random.NextDouble(0.4, 4),
            new DetectorTimes(random.NextDouble(1.5, 4), 0.3, random.NextDouble(6, 12), random.NextDouble(1, 4), random.NextDouble(0, 2)),
            machines);
    }

    /// <summary>What is learned from at once.</summary>
    public EpochPlan Batches(long seed)
    {
        var whole = new EpochPlan(seed, Samples, Batch, Shards);
        return Staleness > 0 ? whole.ByShard() : whole;
    }

    /// <summary>What makes up a step, given the batches.</summary>
    public EpochPlan Plan(EpochPlan batches) => LocalSteps > 0 ? batches.InRounds(LocalSteps) : batches;

    public int ShardsOfAStep => Staleness > 0 ? 1 : Shards;

    /// <summary>The same run without faults; null in async, where what comes out depends on who is faster.</summary>
    public HashReference? Reference(EpochPlan batches, EpochPlan plan) => this switch
    {
        { Staleness: > 0 } => null,
        { LocalSteps: > 0 } => HashReference.OfLocal(batches, plan, Shards, LastStep, BankRows),
        _ => HashReference.Of(plan, Shards, LastStep, NeedsWholeBatch, BankRows),
    };
}
