using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>What lies between the machines: one broker for control messages, and a line for bulk between each two.</summary>
internal sealed class Lines(IReadOnlyList<Machine> machines)
{
    private readonly HashSet<(int Owner, int Puller)> bulkCuts = [];

    public bool IsBrokerDown { get; set; }

    /// <summary>Of messages between nodes, 0–1.</summary>
    public double LossRate { get; set; }

    public double DoubleRate { get; set; }

    public Machine Of(SimEngine engine) => machines.First(m => m.Name == engine.Node.Name);

    public bool IsConnected(SimEngine engine) => !IsBrokerDown && !Of(engine).IsCutOff;

    /// <summary>How likely a message between these two is lost.</summary>
    public double LossBetween(SimEngine one, SimEngine other) => 1 - (1 - LossRate) * (1 - Of(one).LossRate) * (1 - Of(other).LossRate);

    public void CutBulk(Machine owner, Machine puller, bool cut)
    {
        if (cut)
            bulkCuts.Add((owner.Number, puller.Number));
        else
            bulkCuts.Remove((owner.Number, puller.Number));
    }

    /// <summary>Why a bundle of this node can't be pulled from that one; null: it can.</summary>
    public string? WhyNoPull(SimEngine owner, SimEngine puller) =>
        owner.IsDead ? "the owner is gone"
        : owner.IsPaused ? "the owner doesn't answer"
        : bulkCuts.Contains((Of(owner).Number, Of(puller).Number)) ? "there is no way to the owner"
        : null;

    public void Heal()
    {
        bulkCuts.Clear();
        (IsBrokerDown, LossRate, DoubleRate) = (false, 0, 0);
        foreach (var machine in machines)
            (machine.IsCutOff, machine.LossRate, machine.Slowness) = (false, 0, 1);
    }
}
