using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>Who coordinates a run, who is there, and what is waited for, as coordinator.json tells.</summary>
internal static class CoordinatorStatus
{
    /// <summary>A coordinator renews its file every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3), Look = TimeSpan.FromSeconds(0.1);

    public static async Task WriteAsync(RunDirectory directory, CommandContext context)
    {
        if (CoordinatorFile.Read(directory.Files, directory.Root) is not { } first)
        {
            context.Output.WriteLine("nobody has coordinated it yet");
            return;
        }

        var file = first.Phase == CoordinatorFile.Ended ? first : await RenewedAsync(directory, first, context.Clock);
        if (file?.Phase == CoordinatorFile.Ended)
            context.Output.WriteLine($"{(file.Failure is null ? "ended" : "failed")} at step {file.Step} under term {file.Term}{(file.Failure is { } why ? $": {why.Message.ReplaceLineEndings(" ")}" : "")}");
        else if (file is not null)
            WriteAlive(file, context.Output);
        else
            context.Output.WriteLine($"nobody coordinates it: {first.Node} on {first.Host} was last heard at {first.Renewed:u} by its own clock, under term {first.Term}");
        if (File.Exists(RunDirectory.NotExactOf(directory.Root)))
            context.Output.WriteLine($"not bit-exact: {File.ReadAllText(RunDirectory.NotExactOf(directory.Root)).Trim()}");
    }

    /// <summary>Watches the file, for clocks of two machines may differ; null: nobody renews it.</summary>
    public static async Task<CoordinatorFile?> RenewedAsync(RunDirectory directory, CoordinatorFile first, TimeProvider clock, CancellationToken stop = default)
    {
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < Silence)
        {
            await Task.Delay(Look, clock, stop);
            if (CoordinatorFile.Read(directory.Files, directory.Root) is { } now && now.Renewed != first.Renewed)
                return now;
        }

        return null;
    }

    private static void WriteAlive(CoordinatorFile file, TextWriter output)
    {
        output.WriteLine($"{file.Node} on {file.Host} coordinates it under term {file.Term}: {file.Phase}, step {file.Step}");
        output.WriteLine($"nodes: {string.Join(", ", file.Nodes)}");
        output.WriteLine($"workers with the run's state: {(file.Workers.Count == 0 ? "none" : string.Join(", ", file.Workers))}");
        if (file.WaitsFor is { } waits)
            output.WriteLine($"waits for {waits}");
    }
}
