using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Host.Cluster;

/// <summary>Says what the run waits for, once for each thing, also at nodes that don't coordinate.</summary>
internal sealed class WaitNotice(ICluster cluster, string run, Action<string> note)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int Patience = 3, Stale = 5;
    private string? said, seen;
    private int times, still = Stale;
    private DateTimeOffset? renewed;

    public Task WatchAsync(Action<string> warn, TimeProvider clock, CancellationToken ended) => Watch.RunAsync(Period, Look, warn, clock, ended);

    internal void Look()
    {
        var waits = WaitsFor();
        times = waits == seen ? times + 1 : 1;
        seen = waits;
        if (times < Patience || waits == said)
            return;
        said = waits;
        note(waits is null ? "the run goes on" : $"waits for {waits}");
    }

    private string? WaitsFor()
    {
        var file = CoordinatorFile.Read(new PosixFiles(), run);
        still = file?.Renewed != renewed && renewed is not null ? 0 : still + 1;
        renewed = file?.Renewed;
        if (!cluster.IsConnected)
            return "the broker";
        if (!cluster.Members.Any(node => node.Roles.Contains("coordinator")))
            return "a node with the role coordinator";
        return file is { Phase: CoordinatorFile.Ended } ? said : still < Stale ? file?.WaitsFor : null;
    }
}
