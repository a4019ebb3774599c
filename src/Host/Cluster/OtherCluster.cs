using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Host.CommandLine;
using Kindred.Host.Commands;
using Kindred.Host.Configuration;

namespace Kindred.Host.Cluster;

/// <summary>
/// A run whose coordinator lives in a cluster of another name: that machine sees the run's secret under another inode number. The two
/// clusters would claim term after term from one another, so the node that came later ends.
/// </summary>
/// <param name="own">The name of this node's cluster.</param>
/// <param name="refused">Is told why this node can't be.</param>
internal sealed class OtherCluster(string run, string own, Action<ConfigurationException> refused)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>A node whose own coordinator was seen so often in a row was there before the other cluster's.</summary>
    private const int Established = 10;

    private DateTimeOffset? ours, theirs;
    private int times;

    /// <summary>Before this node joins. Waits some seconds where the last coordinator's cluster had another name; it may be gone, as after a move of the folder.</summary>
    /// <exception cref="ConfigurationException">It lives.</exception>
    /// <exception cref="OperationCanceledException">SIGTERM came while it waited.</exception>
    public static async Task RefuseAsync(RunDirectory run, string own, CommandContext context)
    {
        try
        {
            if (Of(run.Root) is { } last && last.Cluster != own
                && await CoordinatorStatus.RenewedAsync(run, last, context.Clock, context.Stop) is { Cluster: { } other } alive && other != own)
                throw Refusal(run.Root, alive);
        }
        catch (RunStoreException unreadable)
        {
            context.Warn(unreadable.Message); // the next coordinator writes it anew
        }
    }

    public Task WatchAsync(Action<string> warn, TimeProvider clock, CancellationToken ended) => Watch.RunAsync(Period, Look, warn, clock, ended);

    internal void Look()
    {
        if (Of(run) is not { } file)
            return;
        if (file.Cluster == own)
        {
            times = file.Renewed == ours ? times : times + 1;
            ours = file.Renewed;
        }
        else if (times < Established)
        {
            times = 0;
            if (theirs is { } before && before != file.Renewed)
                refused(Refusal(run, file));
            theirs = file.Renewed;
        }
    }

    /// <returns>null where no cluster's coordinator has said that it is there.</returns>
    private static CoordinatorFile? Of(string run) =>
        CoordinatorFile.Read(new PosixFiles(), run) is { Cluster: not null, Phase: not CoordinatorFile.Ended } file ? file : null;

    private static ConfigurationException Refusal(string run, CoordinatorFile alive) => new(
        $"run={run}: {alive.Node} on {alive.Host} coordinates it in a cluster of another name, for {run}/secret has another inode number there than here "
        + $"({FileNumber.Of(Path.Combine(run, "secret"))}): take a file system that tells them alike, or, if the file was replaced, start all nodes anew");
}
