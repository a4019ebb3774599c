using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>One machine of the simulated cluster, through all the lives of its node.</summary>
internal sealed class Machine(int number, string name, IReadOnlyList<string> roles)
{
    public int Number => number;

    public string Name => name;

    public IReadOnlyList<string> Roles => roles;

    /// <summary>The node's current life; null while it is down.</summary>
    public SimEngine? Engine { get; set; }

    /// <summary>Its line to the broker is cut.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Of its messages, both ways, 0–1; its heartbeats still come through.</summary>
    public double LossRate { get; set; }

    /// <summary>How many times slower its work is.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>What it does with the run's folder beside its turns takes until then at least.</summary>
    public TimeSpan DiskHangsUntil { get; set; }

    /// <summary>The run is over for it.</summary>
    public bool IsDone { get; set; }

    public long LastIncarnation { get; set; }

    public bool IsUp => Engine is { IsDead: false };
}
