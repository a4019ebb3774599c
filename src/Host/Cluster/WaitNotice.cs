using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Host.Cluster;

/// <summary>Says what the run waits for, once for each thing, also at nodes that don't coordinate.</summary>
internal sealed class WaitNotice(ICluster cluster, string run, Action<string> note)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int Patience = 3;
    private string? said, seen;
    private int times;

    public async Task WatchAsync(TimeProvider clock, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                Look(clock.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private void Look(DateTimeOffset now)
    {
        var waits = WaitsFor(now);
        times = waits == seen ? times + 1 : 1;
        seen = waits;
        if (times < Patience || waits == said)
            return;
        said = waits;
        note(waits is null ? "the run goes on" : $"waits for {waits}");
    }

    private string? WaitsFor(DateTimeOffset now)
    {
        if (!cluster.IsConnected)
            return "the broker";
        if (!cluster.Members.Any(node => node.Roles.Contains("coordinator")))
            return "a node with the role coordinator";
        return CoordinatorFile.Read(new PosixFiles(), run) is { WaitsFor: { } waits } file && now - file.Renewed < 5 * Period ? waits : null;
    }
}
