using System.Text.Json;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Simulation;

namespace Kindred.Host.Commands;

/// <summary><c>simulate</c>: clusters in virtual time with seeded faults; one seed with its trace, or many (<c>hashes=true</c>: each
/// seed's trace as a hash; <c>stop=true</c>: up to the first violation). Needs no libtorch.</summary>
internal static class SimulateCommand
{
    private const long DefaultSeeds = 1000;

    public static Task<ExitCode> RunAsync(KeyValueArguments arguments, CommandContext context)
    {
        var (seed, trace) = (Number(arguments, "seed"), arguments.Take("trace"));
        var (seeds, first) = (Number(arguments, "seeds", least: 1), Number(arguments, "first"));
        var (hashes, stop) = (arguments.Take("hashes") == "true", arguments.Take("stop") == "true");
        arguments.RequireEmpty("simulate", "seeds", "first", "seed", "trace", "hashes", "stop");
        if (seed is not null && (seeds ?? first) is not null)
            throw new ConfigurationException("simulate: seed=N replays one seed; seeds=N and first=N run many");
        if (trace is not null && seed is null)
            throw new ConfigurationException("simulate: trace=FILE is written for one seed: seed=N trace=FILE");
        if ((first ?? 0) > long.MaxValue - (seeds ?? DefaultSeeds))
            throw new ConfigurationException($"simulate: first={first} is too large for {seeds ?? DefaultSeeds} seeds");
        var total = new SimulationTotal();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        void Take(SeedResult result)
        {
            Report(result, total, context);
            if (hashes)
                context.Output.WriteLine($"seed {result.Seed}: trace {result.TraceHash:x16}");
            if (stop && result.Violation is not null)
                cancel.Cancel();
        }

        if (seed is { } one)
            Take(Replay(one, trace is null ? null : Path.Combine(context.WorkingDirectory, trace)));
        else
            SimulationRun.All(first ?? 0, seeds ?? DefaultSeeds, Take, cancel.Token);
        context.Output.WriteLine(JsonSerializer.Serialize(total.Summary()));
        return Task.FromResult(total.Violations == 0 ? ExitCode.Done : ExitCode.Failed);
    }

    private static SeedResult Replay(long seed, string? trace)
    {
        if (trace is null)
            return ClusterSimulation.Run(seed);
        try
        {
            using var text = Create(trace);
            return ClusterSimulation.Run(seed, text);
        }
        catch (IOException reason)
        {
            throw new OutputException($"trace={trace} can't be written: {reason.Message}");
        }
    }

    private static StreamWriter Create(string trace)
    {
        if (Directory.Exists(trace))
            throw new ConfigurationException($"trace={trace} is a folder: name a file");
        try
        {
            return new StreamWriter(trace);
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"trace={trace} can't be written: {reason.Message}", reason);
        }
    }

    private static void Report(SeedResult result, SimulationTotal total, CommandContext context)
    {
        total.Add(result);
        if (result.Violation is { } violation)
            context.Output.WriteLine($"seed {result.Seed}: {violation.ReplaceLineEndings(" ")} (kindred simulate seed={result.Seed} trace=FILE)");
    }

    private static long? Number(KeyValueArguments arguments, string key, long least = 0) => arguments.Take(key) switch
    {
        null => null,
        { } text when long.TryParse(text, out var number) && number >= least => number,
        { } text => throw new ConfigurationException($"simulate: {key}={text} is not a whole number of {least} to {long.MaxValue}"),
    };
}
