namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// Whether a coordinator on another machine still trains a run. On its own machine the run directory's lock tells at once; elsewhere
/// only coordinator.json does, which a living one renews every second, so a file that wasn't ended in order is watched for a while.
/// </summary>
public sealed class LifeSigns(IFiles files, string run, string host, TimeProvider clock)
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10), Look = TimeSpan.FromSeconds(0.5);

    /// <summary>Waits at most 10 s, and only where another machine may be at it; <paramref name="note"/> then says so.</summary>
    /// <exception cref="RunStoreException">The file changed meanwhile: another machine trains this run.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came meanwhile.</exception>
    public async Task RefuseIfAnyAsync(Action<string> note, CancellationToken stop)
    {
        if (Read() is not { } first || first.File is { } file && (file.Host == host || file.Phase == CoordinatorFile.Ended))
            return;
        note($"{run} was trained on {first.File?.Host ?? "another machine"} and not ended in order: looking for {Watched.TotalSeconds:0} s "
            + "whether it still is (takeover=true starts at once)");
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < Watched)
        {
            await Task.Delay(Look, clock, stop);
            if (Read() is { } now && !now.Bytes.AsSpan().SequenceEqual(first.Bytes) && now.File?.Phase != CoordinatorFile.Ended)
                throw new RunStoreException(
                    $"{run} is being trained on {now.File?.Host ?? "another machine"} (term {now.File?.Term}, step {now.File?.Step}); stop it there, "
                    + "wait for its end, or take it over with takeover=true.");
        }
    }

    /// <summary>The file as it is now; one that can't be read as what it should be is somebody's all the same.</summary>
    private (byte[] Bytes, CoordinatorFile? File)? Read()
    {
        if (files.ReadAll(RunDirectory.CoordinatorOf(run)) is not { } bytes)
            return null;
        try
        {
            return (bytes, CoordinatorFile.Read(files, run));
        }
        catch (RunStoreException)
        {
            return (bytes, null);
        }
    }
}
