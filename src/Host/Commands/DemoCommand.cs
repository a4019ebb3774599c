using Kindred.Data;
using Kindred.Data.Cifar;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <summary>A short run of <see cref="TrainCommand"/> on CIFAR-10, or, where that can't be had, on the built-in synthetic set.</summary>
internal static class DemoCommand
{
    // 84 steps: with the build under five minutes on two cores that have no bf16.
    private static readonly string[] Defaults =
        ["data.limit=7000", "epochs=3", "fnc.start=1", "eval.every=2", "checkpoint.every=40", "progress.every=5s"];

    public static async Task<ExitCode> RunAsync(KeyValueArguments arguments, CommandContext context)
    {
        try
        {
            string[] given = [.. arguments.Values.Select(pair => $"{pair.Key}={pair.Value}")];
            var chosen = SettingsLoader.Load(new([.. Defaults, .. given]), context.WorkingDirectory, context.Machine); // a wrong key before a download
            var data = await FindDataAsync(chosen.Given, context);
            var all = new KeyValueArguments([.. Defaults, .. data, .. given]);
            return await TrainCommand.RunAsync(SettingsLoader.Load(all, context.WorkingDirectory, context.Machine), context);
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            context.Output.WriteLine("stopped during the download");
            return ExitCode.Done;
        }
    }

    /// <returns>Settings of CIFAR-10, or of what stands in for it; none where data was chosen by the <paramref name="given"/> keys.</returns>
    internal static async Task<string[]> FindDataAsync(IReadOnlySet<string> given, CommandContext context)
    {
        if (given.Overlaps(["data", "data.path", "data.eval"]))
            return [];
        var archive = CifarArchive.Cifar10;
        if (context.Environment("KINDRED_DATA") is { Length: > 0 } root && Directory.Exists(Path.Combine(root, archive.Folder)))
            return ["data=cifar10", $"data.path={Path.Combine(root, archive.Folder)}"];
        try
        {
            var folder = await CifarDownload.FetchAsync(archive, CifarDownload.DefaultCache, Shower(archive, context), context.Stop);
            context.Output.WriteLine($"CIFAR-10 is in {folder}");
            return ["data=cifar10", $"data.path={folder}"];
        }
        catch (DataException failure)
        {
            context.Output.WriteLine(failure.Message);
            context.Output.WriteLine("Training on the built-in synthetic set instead: set KINDRED_DATA to the folder that holds " +
                $"{archive.Folder} for the real images.");
            return ["data=synthetic"];
        }
    }

    /// <summary>A line at the start and at every tenth of the download.</summary>
    private static Action<long, long?> Shower(CifarArchive archive, CommandContext context)
    {
        var shown = -1L;
        return (bytes, total) =>
        {
            var tenths = total is > 0 ? 10 * bytes / total.Value : bytes >> 24;
            if (tenths == shown) return;
            shown = tenths;
            var of = total is { } all ? $" of {all >> 20}" : "";
            context.Output.WriteLine($"downloading {archive.Address}: {bytes >> 20}{of} MB");
        };
    }
}
