using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>Who coordinates a run, who is there, and what is waited for, as coordinator.json tells.</summary>
internal static class CoordinatorStatus
{
    /// <summary>A coordinator renews its file every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    public static void Write(RunDirectory directory, CommandContext context)
    {
        if (CoordinatorFile.Read(directory.Files, directory.Root) is not { } file)
        {
            context.Output.WriteLine("nobody has coordinated it yet");
            return;
        }

        var age = context.Clock.GetUtcNow() - file.Renewed;
        if (file.Phase == CoordinatorFile.Ended)
            context.Output.WriteLine($"ended at step {file.Step} under term {file.Term}");
        else if (age > Silence)
            context.Output.WriteLine($"nobody coordinates it: {file.Node} on {file.Host} was last heard {age.TotalSeconds:F0} s ago, under term {file.Term}");
        else
            WriteAlive(file, context.Output);
        if (File.Exists(Path.Combine(directory.Root, Probe.NotExact)))
            context.Output.WriteLine($"not bit-exact: {File.ReadAllText(Path.Combine(directory.Root, Probe.NotExact)).Trim()}");
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
