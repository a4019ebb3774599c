using System.Text;
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

    /// <returns>The request's own name.</returns>
    public static string Make(string run)
    {
        var id = Guid.NewGuid().ToString("N");
        new PosixFiles().Replace(RunDirectory.StopOf(run), file => file.Write(Encoding.ASCII.GetBytes(id)));
        return id;
    }

    /// <summary>It was heeded, or nobody is there to heed it. Another's stays.</summary>
    public static void Clear(string run, string id)
    {
        if (Read(run) == id)
            new PosixFiles().Delete(RunDirectory.StopOf(run));
    }

    /// <summary>Whether this one or another one is there.</summary>
    public static bool IsThere(string run) => Read(run) is not null;

    /// <summary>Calls <paramref name="stop"/> again and again while the request is there; until <paramref name="ended"/>.</summary>
    public Task WatchAsync(Action stop, Action<string> warn, TimeProvider clock, CancellationToken ended) => Watch.RunAsync(
        Period,
        () =>
        {
            if (Read(run) is { } request && request != before)
                stop();
        },
        warn,
        clock,
        ended);

    private static string? Read(string run)
    {
        using var file = new PosixFiles().OpenRead(RunDirectory.StopOf(run));
        return file is null ? null : new StreamReader(file).ReadToEnd();
    }
}
