using Kindred.Actors.Protocol.Store;
using Kindred.Host.Chaos;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <summary>
/// A run on this machine under faults: two nodes that coordinate and keep, two workers, a private broker; against the same run by one
/// process without faults. Ends with one line, and 0 where nothing was lost and the whole state has the same bits.
/// </summary>
internal static class ChaosCommand
{
    private static readonly TimeSpan Striking = TimeSpan.FromSeconds(70), Most = TimeSpan.FromSeconds(160), Progress = TimeSpan.FromSeconds(15);

    private static readonly (string Name, string Roles)[] Nodes =
        [("first", "coordinator,keeper,data"), ("second", "coordinator,keeper,data"), ("worker-1", "worker"), ("worker-2", "worker")];

    private const int Steps = 120;

    /// <summary>Keys that a run's length depends on.</summary>
    private static readonly string[] Lengths = ["steps", "epochs", "batch", "data", "data.path", "data.limit", "consistency", "local.steps", "preset"];

    private static readonly string[] Defaults =
    [
        "model=resnet8", "batch=64", "data.limit=2560", "epochs=10", $"steps={Steps}", "fnc.start=1", "shards=2", "threads=1",
        "negatives=bank", "bank.length=2048", "eval.every=0", "checkpoint.every=10",
    ];

    /// <exception cref="ConfigurationException">A key or value that chaos doesn't take.</exception>
    public static async Task<ExitCode> RunAsync(KeyValueArguments arguments, CommandContext context)
    {
        var options = ChaosOptions.Take(arguments);
        if (!BrokerProcess.IsInstalled)
            throw new InvalidOperationException("chaos needs RabbitMQ: install the package rabbitmq-server.");
        var chosen = SettingsLoader.Load(new([.. Defaults, .. options.Given]), context.WorkingDirectory, context.Machine); // a wrong key before anything starts
        var kept = options.Out is null ? null : Kept(options.Out, context);
        string[] settings = [.. Defaults, .. await DemoCommand.FindDataAsync(chosen.Given, context), .. options.Given];
        var folder = kept ?? Made(Path.GetTempPath(), () => Directory.CreateTempSubdirectory("kindred-chaos-"));
        try
        {
            return await CompareAsync(options, settings, folder, context);
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            context.Output.WriteLine($"stopped before its verdict; what there is is in {folder}");
            return ExitCode.Failed;
        }
    }

    /// <exception cref="ConfigurationException">It can't be made, or holds something that isn't chaos's to delete.</exception>
    private static string Kept(string folder, CommandContext context)
    {
        var kept = Made(folder, () => Directory.CreateDirectory(Path.GetFullPath(folder, context.WorkingDirectory)));
        var cluster = Path.Combine(kept, "cluster");
        return !Path.Exists(cluster) || File.Exists(RunDirectory.ConfigurationOf(cluster)) ? kept
            : throw new ConfigurationException($"out: {cluster} holds no run, and chaos would delete it: give another folder, or move it away");
    }

    private static string Made(string folder, Func<DirectoryInfo> make)
    {
        try
        {
            return make().FullName;
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"chaos: {folder} can't be made or written ({reason.Message}); give out=FOLDER", reason);
        }
    }

    private static async Task<ExitCode> CompareAsync(ChaosOptions options, string[] settings, string folder, CommandContext context)
    {
        var (alone, cluster) = (Path.Combine(folder, "alone"), Path.Combine(folder, "cluster"));
        context.Output.WriteLine("without faults, on one process");
        var began = context.Clock.GetTimestamp();
        if (await RunAloneAsync(settings, alone, context) is { } failed)
            return failed;
        if (StepsWhere(options.Given, context.Clock.GetElapsedTime(began)) is var steps and > Steps)
        {
            context.Output.WriteLine($"that was quick: again with {steps} steps, so that there is time for faults");
            settings = [.. settings, $"steps={steps}"];
            if (await RunAloneAsync(settings, alone, context) is { } failedAgain)
                return failedAgain;
        }

        using var network = PrivateNetwork.TryCreate(Nodes.Length);
        var cuts = network is null ? "; no network is cut: that takes root, iproute2 and a kernel with network namespaces" : "";
        context.Output.WriteLine($"with faults, mean time between them {options.MeanTime.TotalSeconds:F0} s, seed {options.Seed}{cuts}");
        var (faults, unfinished) = await StrikeAsync(options, settings, cluster, network, context);
        return ChaosVerdict.Give(unfinished, faults, alone, cluster, context);
    }

    /// <summary>
    /// Where <see cref="Steps"/> took so long, a multiple of them for a run of up to 50 s, at most three times as many: the epochs end then.
    /// Nobody who says how long a run is gets another.
    /// </summary>
    internal static int StepsWhere(string[] given, TimeSpan took) =>
        given.Any(setting => Lengths.Contains(setting.Split('=')[0], StringComparer.OrdinalIgnoreCase)) ? Steps
        : Steps * Math.Clamp((int)(50 / took.TotalSeconds), 1, 3);

    /// <returns>Null: it has ended as it should.</returns>
    private static async Task<ExitCode?> RunAloneAsync(string[] settings, string run, CommandContext context)
    {
        using var one = new SupervisedNode("alone", ["train", .. settings, "devices=cpu*2", "overwrite=true", $"run={run}"], run + ".log");
        var ended = one.SuperviseAsync(context.Clock, context.Stop);
        while (await Task.WhenAny(ended, Task.Delay(Progress, context.Clock)) != ended)
            context.Output.WriteLine($"  step {ChaosVerdict.StepsOf(run, context).LastOrDefault()}");
        if (await ended is not 0 and var code)
        {
            context.Error.WriteLine($"kindred: the run without faults failed: {LastLine(run + ".log")} ({run}.log)");
            return (ExitCode)code;
        }

        return null;
    }

    private static string LastLine(string log) => File.ReadLines(log).LastOrDefault(line => line.Length > 0)?.Replace("kindred: ", "", StringComparison.Ordinal) ?? "it said nothing";

    /// <returns>Unfinished: why the run didn't end; null: it did.</returns>
    private static async Task<(string Faults, string? Unfinished)> StrikeAsync(
        ChaosOptions options, string[] settings, string run, PrivateNetwork? network, CommandContext context)
    {
        if (Directory.Exists(run))
            Directory.Delete(run, recursive: true);
        await using var broker = await BrokerProcess.StartAsync(run + ".broker", null, network, "", context.Stop);
        var nodes = Nodes.Select((node, i) => new SupervisedNode(
            node.Name,
            [
                "node", $"name={node.Name}", $"roles={node.Roles}", "devices=cpu", .. settings, $"run={run}",
                $"cluster.broker={(network is null ? broker.Address : broker.AddressAt(PrivateNetwork.AddressOf(Link.Broker, i + 1)))}",
                .. network is null ? [] : (string[])[$"cluster.listen={PrivateNetwork.AddressOf(Link.Bulk, i + 1)}:0"],
            ],
            $"{run}-{node.Name}.log",
            network)).ToArray();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        var faults = new Faults(options.Seed, options.MeanTime, nodes, broker, network, line => context.Output.WriteLine($"  {line}"));
        try
        {
            var all = Task.WhenAll(nodes.Select(node => node.SuperviseAsync(context.Clock, over.Token)));
            var strikes = faults.RunAsync(context.Clock, Striking, over.Token);
            var inTime = await Task.WhenAny(all, Task.Delay(Most, context.Clock, context.Stop)) == all;
            await over.CancelAsync();
            await strikes;
            context.Stop.ThrowIfCancellationRequested();
            if (inTime)
                await all;
            var unfinished = nodes.FirstOrDefault(node => node.IsRefused) is { } refused
                ? $"{refused.Name} ended with exit code {refused.LastCode}; {run}-{refused.Name}.log says why"
                : inTime ? null
                : $"it hasn't ended within {Most.TotalSeconds:F0} s and is at step {ChaosVerdict.StepsOf(run, context).LastOrDefault()}: it hangs (its nodes' logs say at what), "
                    + "or the machine is too slow (give fewer steps=, or one that does nothing else)";
            return (string.Join(", ", faults.Counts.Select(count => $"{count.Value} × {count.Key}")), unfinished);
        }
        finally
        {
            foreach (var node in nodes)
                node.Dispose();
        }
    }
}
