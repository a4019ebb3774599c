using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class TrainCommand
{
    public static async Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context)
    {
        var settings = loaded.Settings;
        foreach (var warning in loaded.Warnings)
            context.Warn(warning);
        using var data = TrainingRun.OpenData(settings, context);
        new Recipe(settings, data).Check(); // before a folder is made for a run that can't be
        using var directory = await RunStart.CreateAsync(settings, data, context);
        var report = await TrainingRun.RunAsync(settings, data, directory, context);
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
}
