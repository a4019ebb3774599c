using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Host.Cluster;

/// <summary>Says what the run waits for, once for each thing, also at nodes that don't coordinate.</summary>
internal sealed class WaitNotice(ICluster cluster, string run, Action<string> note)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int Patience = 3, Stale = 5;
    private string? said, seen;
    private int times, still = Stale, unheard;
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
        var canBeHeard = cluster.Members.Any(node => node.Roles.Contains("coordinator"));
        unheard = canBeHeard ? 0 : still == 0 ? unheard + 1 : unheard;
        if (unheard >= Patience)
            return $"{file!.Node} on {file.Host}, which coordinates the run but isn't heard here: is its broker this one, and the inode number of {run}/secret the same there?";
        if (!canBeHeard)
            return "a node with the role coordinator";
        return still < Stale ? file?.WaitsFor : null;
    }
}
