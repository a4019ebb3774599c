using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>Asks a run that trains, wherever its coordinator is, to save and end; waits until it has.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.25), Silence = TimeSpan.FromSeconds(20);

    public static async Task<ExitCode> RunAsync(string run, CommandContext context)
    {
        var files = new PosixFiles();
        RunDirectory.ReadConfiguration(files, run);
        var before = CoordinatorFile.Read(files, run);
        if (before is null or { Phase: CoordinatorFile.Ended } && !RunDirectory.IsInUse(files, run)) // nodes that start are there before their coordinator
            throw new RunStoreException($"{run}: nobody trains it now.");
        StopRequest.Make(run);
        try
        {
            var end = await EndAsync(files, run, before, context);
            if (end.Failure is { } failure)
                throw new RunStoreException($"{run} failed at step {end.Step} before it had stopped: {failure.Message}");
            context.Output.WriteLine($"stopped at step {end.Step}; resume, or nodes, go on from there");
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            context.Output.WriteLine("taken back: the run goes on, unless it saves its last state already");
            return ExitCode.Failed;
        }
        finally
        {
            StopRequest.Clear(run);
        }
    }

    private static async Task<CoordinatorFile> EndAsync(PosixFiles files, string run, CoordinatorFile? before, CommandContext context)
    {
        var (heard, since) = (before, context.Clock.GetTimestamp());
        while (heard is not { Phase: CoordinatorFile.Ended } || heard.Renewed == before?.Renewed)
        {
            await Task.Delay(Look, context.Clock, context.Stop);
            var now = CoordinatorFile.Read(files, run);
            if (now?.Renewed != heard?.Renewed || now?.Term != heard?.Term)
                (heard, since) = (now, context.Clock.GetTimestamp());
            if (context.Clock.GetElapsedTime(since) > Silence)
                throw new RunStoreException($"{run}: nobody has coordinated it for {Silence.TotalSeconds:0} s, so nobody can save it; `kindred status {run}` says more.");
        }

        return heard;
    }
}
