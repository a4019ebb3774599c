using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;
using Kindred.Host.Commands;
using Kindred.Host.Configuration;

namespace Kindred.Host.Cluster;

/// <summary>
/// A run whose coordinator lives in a cluster of another name: this machine sees the run's secret under another inode number. The two
/// clusters would claim term after term from one another.
/// </summary>
internal static class OtherCluster
{
    /// <summary>Waits some seconds where the last coordinator's cluster had another name; it may be gone, as after a move of the folder.</summary>
    /// <exception cref="ConfigurationException">It lives.</exception>
    /// <exception cref="RunStoreException">coordinator.json can't be read.</exception>
    public static async Task RefuseAsync(RunDirectory run, string own, CommandContext context)
    {
        if (CoordinatorFile.Read(run.Files, run.Root) is not { Cluster: { } last, Phase: not CoordinatorFile.Ended } file || last == own)
            return;
        if (await CoordinatorStatus.RenewedAsync(run, file, context.Clock) is { Cluster: { } other, Phase: not CoordinatorFile.Ended } alive && other != own)
            throw new ConfigurationException($"run={run.Root}: {alive.Node} on {alive.Host} coordinates it in a cluster of another name: `stat -c %i {run.Root}/secret` must "
                + "print the same number on both machines. A file system that doesn't can't hold a cluster's run");
    }
}
