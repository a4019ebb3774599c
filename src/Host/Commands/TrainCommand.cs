using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Telemetry;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class TrainCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context) => RunAsync(loaded, context, async data =>
    {
        new Recipe(loaded.Settings, data).Check(); // before a folder is made for a run that can't be
        await using (MetricsEndpoint.Start(loaded.Settings)) // the same
            return await RunStart.CreateAsync(loaded.Settings, data, context);
    });

    /// <param name="open">Makes the run's folder, or opens it.</param>
    public static async Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context, Func<DataSplits, Task<RunDirectory>> open)
    {
        var settings = loaded.Settings;
        foreach (var warning in loaded.Warnings)
            context.Warn(warning);
        var stop = new StopRequest(settings.Run.Folder);
        using var data = TrainingRun.OpenData(settings, context);
        using var directory = await UnlessStoppedAsync(() => open(data), context.Stop);
        if (directory is null)
        {
            context.Output.WriteLine("stopped before the training began");
            return ExitCode.Done;
        }

        var report = await TrainingRun.RunAsync(settings, data, directory, stop, context);
        context.Output.WriteLine(Summary(report, settings));
        return ExitCode.Done;
    }

    /// <summary>The last line of a training command.</summary>
    public static string Summary(RunReport report, Settings settings)
    {
        var at = report.End.Result.At.Step;
        var knn = report.Knn is { } top1 ? $"kNN {100 * top1:F2} %, " : "";
        var precision = report.Precision is { } p ? $"detection precision {100 * p:F1} %, " : "";
        return $"{(report.End.Result.Finished ? "done" : "stopped")} at step {at}: {knn}{precision}the run is in {settings.Run.Folder}";
    }

    /// <returns>null: the stop came before it was open.</returns>
    private static async Task<RunDirectory?> UnlessStoppedAsync(Func<Task<RunDirectory>> open, CancellationToken stop)
    {
        try
        {
            return stop.IsCancellationRequested ? null : await open();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }
}
