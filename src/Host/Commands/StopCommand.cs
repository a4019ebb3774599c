using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>Asks a run that trains, wherever its coordinator is, to save and end; waits until it has.</summary>
internal static class StopCommand
{
    /// <summary>A wait that coordinator.json tells so often is worth a line.</summary>
    private const int Patience = 3;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.25), Silence = TimeSpan.FromSeconds(20);

    public static async Task<ExitCode> RunAsync(string run, CommandContext context)
    {
        var files = new PosixFiles();
        RunDirectory.ReadConfiguration(files, run);
        var before = CoordinatorFile.Read(files, run);
        if (IsFree(files, run, before))
            throw Nobody(run);
        var request = StopRequest.Make(run);
        try
        {
            var (heard, since, times, furthest) = (before, context.Clock.GetTimestamp(), 0, 0L);
            while (!HasEnded(heard, before))
            {
                await Task.Delay(Look, context.Clock);
                var isThere = StopRequest.IsThere(run); // before the look at what became of it
                var now = CoordinatorFile.Read(files, run);
                if (heard == before && IsFree(files, run, now) && !HasEnded(now, before))
                    throw Nobody(run);
                if (!isThere && !HasEnded(now, before))
                    throw new RunStoreException($"{run}: another `kindred stop` has taken the request back.");
                if (now?.Term != heard?.Term)
                    request = StopRequest.Make(run); // who has started since doesn't heed the last one
                if (now?.Renewed != heard?.Renewed || now?.Term != heard?.Term)
                {
                    times = now?.WaitsFor is { } waits && waits == heard?.WaitsFor ? times + 1 : 1;
                    if (times == Patience && now?.WaitsFor is { } awaited)
                        context.Output.WriteLine($"waits for {awaited}");
                    (heard, since, furthest) = (now, context.Clock.GetTimestamp(), Math.Max(furthest, heard?.Step ?? 0));
                }

                if (context.Clock.GetElapsedTime(since) > Silence)
                    throw new RunStoreException($"{run}: nobody has coordinated it for {Silence.TotalSeconds:0} s, so nobody can save "
                        + (before is { Phase: CoordinatorFile.Ended } ? $"more than when it ended at step {before.Step}; a process has it open all the same" : $"it; `kindred status {run}` says more") + ".");
            }

            if (heard!.Failure is { } failure)
                throw new RunStoreException($"{run} failed at step {heard.Step} before it had stopped: {failure.Message}");
            if (heard.Step < furthest)
                context.Output.WriteLine($"steps {heard.Step + 1} to {furthest} weren't saved, and will be trained again: a part of the state was away");
            context.Output.WriteLine($"stopped at step {heard.Step}; resume, or nodes, go on from there");
            return ExitCode.Done;
        }
        finally
        {
            StopRequest.Clear(run, request);
        }
    }

    /// <summary>Nobody coordinates it, and no process that could is about to: nodes that start are there before their coordinator.</summary>
    private static bool IsFree(PosixFiles files, string run, CoordinatorFile? last) =>
        last is null or { Phase: CoordinatorFile.Ended } && !RunDirectory.IsInUse(files, run);

    private static bool HasEnded(CoordinatorFile? now, CoordinatorFile? before) =>
        now is { Phase: CoordinatorFile.Ended } && (now.Term, now.Renewed) != (before?.Term, before?.Renewed);

    private static RunStoreException Nobody(string run) => new($"{run}: nobody trains it now.");
}
