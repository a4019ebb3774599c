using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>Compares a run that had faults with one that had none: its steps, and the whole state at its end.</summary>
internal static class ChaosVerdict
{
    /// <summary>Says in one line whether anything was lost.</summary>
    /// <param name="unfinished">Why the run with faults didn't end; null: it did.</param>
    /// <param name="faults">Those that happened, in words; empty: none.</param>
    public static ExitCode Give(string? unfinished, string faults, string alone, string cluster, CommandContext context)
    {
        var fault = unfinished is not null ? unfinished
            : !StepsOf(alone, context).SequenceEqual(StepsOf(cluster, context)) ? "steps are missing or doubled"
            : StateOf(alone, context) != StateOf(cluster, context) ? "the state has other bits" : null;
        var under = faults.Length == 0 ? "no faults" : faults;
        context.Output.WriteLine(fault is null
            ? $"nothing lost: {StepsOf(cluster, context).Count} steps once each, the state bit-identical to that without faults, under {under}"
            : $"FAILED under {under}: {fault}; logs are in {Path.GetDirectoryName(cluster)}");
        return fault is null ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The step and the hashes that inspect prints.</summary>
    private static string StateOf(string run, CommandContext context)
    {
        using var output = new StringWriter();
        InspectCommand.RunAsync(run, context with { Output = output }).GetAwaiter().GetResult();
        return string.Join('\n', output.ToString().Split('\n').Where(line =>
            line.StartsWith("step ", StringComparison.Ordinal) || line.StartsWith("sha256 ", StringComparison.Ordinal)));
    }

    /// <summary>The numbers of all commits, in order; empty where there is no run yet.</summary>
    public static List<long> StepsOf(string run, CommandContext context) =>
        File.Exists(RunDirectory.ConfigurationOf(run))
            ? [.. RunDirectory.OpenToRead(new PosixFiles(), run, context.Warn).ReadCommits().Select(at => at.Step).Order()] : [];
}
