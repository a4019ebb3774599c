using Kindred.Data.Sampling;
using Kindred.Simulation.Network;

namespace Kindred.Simulation.Worlds;

/// <summary>The run and the cluster of one seed. Times in seconds.</summary>
internal sealed record Scenario(
    int Shards, int Workers, int Graphs, int Samples, int Batch, long LastStep, int CheckpointEvery, int EvaluateEvery, bool NeedsWholeBatch,
    int BankRows, double AnswerWithin, double Encode, double Latency, double FaultsUntil, double BetweenFaults, DetectorTimes Detector,
    IReadOnlyList<Machine> Machines)
{
    public static Scenario Draw(long seed)
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
            shards, workers, Between(0, 2), batch * Between(2, 5) + Between(0, 3), batch, Between(10, 24), Between(0, 4), Between(0, 2),
            random.NextBelow(2) == 0, Between(3, 40), Between(1, 4), random.NextDouble(0.03, 0.25), random.NextDouble(0.0003, 0.01),
            random.NextDouble(6, 25), random.NextDouble(0.4, 4),
            new DetectorTimes(random.NextDouble(1.5, 4), 0.3, random.NextDouble(6, 12), random.NextDouble(1, 4), random.NextDouble(0, 2)),
            machines);
    }

    public EpochPlan Plan(long seed) => new(seed, Samples, Batch, Shards);
}
