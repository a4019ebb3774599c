using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class ResumeCommand
{
    public static async Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context)
    {
        foreach (var warning in loaded.Warnings)
            context.Warn(warning);
        using var data = TrainingRun.OpenData(loaded.Settings, context);
        using var directory = await RunStart.ResumeAsync(loaded.Settings, data, context);
        var report = await TrainingRun.RunAsync(loaded.Settings, data, directory, context);
        context.Output.WriteLine(TrainCommand.Summary(report, loaded.Settings));
        return ExitCode.Done;
    }
}
