using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Host.Cluster;

/// <summary>
/// The file by which <c>kindred stop</c> asks a run to save and end; whoever may write in the run's folder may. A request that is older
/// than the process that looks is none of its business: it was meant for a run that ended before it could hear.
/// </summary>
internal sealed class StopRequest(string run)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.5);
    private readonly string? before = Read(run);

    public static void Make(string run)
    {
        var id = Guid.NewGuid().ToByteArray();
        new PosixFiles().Replace(RunDirectory.StopOf(run), file => file.Write(Convert.ToHexString(id).Select(c => (byte)c).ToArray()));
    }

    /// <summary>It was heeded, or nobody is there to heed it.</summary>
    public static void Clear(string run) => new PosixFiles().Delete(RunDirectory.StopOf(run));

    /// <summary>Tells <see cref="StopRun"/> while the request is there, and <see cref="StopWithdrawn"/> when it is no more; until <paramref name="ended"/>.</summary>
    public Task WatchAsync(Action<object> tell, Action<string> warn, TimeProvider clock, CancellationToken ended)
    {
        var asked = false;
        return Watch.RunAsync(
            Period,
            () =>
            {
                var asks = Read(run) is { } request && request != before;
                if (asks || asked)
                    tell(asks ? new StopRun() : new StopWithdrawn());
                asked = asks;
            },
            warn,
            clock,
            ended);
    }

    private static string? Read(string run)
    {
        using var file = new PosixFiles().OpenRead(RunDirectory.StopOf(run));
        return file is null ? null : new StreamReader(file).ReadToEnd();
    }
}
