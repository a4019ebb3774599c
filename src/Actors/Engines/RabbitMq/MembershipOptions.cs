namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>When a node is suspected, and when it is given up.</summary>
public sealed record MembershipOptions
{
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>How much longer than usual a heartbeat may take at any time.</summary>
    public TimeSpan AcceptablePause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Unreachable from here on.</summary>
    public double PhiThreshold { get; init; } = 8;

    /// <summary>A node whose queue is gone (its connection ended) is removed unless it is back within this time.</summary>
    public TimeSpan GoneTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A node that is only silent is removed after being unreachable for so long.</summary>
    public TimeSpan RemovalTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A node that doesn't even hear its own heartbeats for so long takes itself for cut off, and suspects nobody.</summary>
    public TimeSpan OwnSilence { get; init; } = TimeSpan.FromSeconds(1);
}
