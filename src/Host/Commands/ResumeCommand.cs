using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class ResumeCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context) =>
        TrainCommand.RunAsync(loaded, context, data => RunStart.ResumeAsync(loaded.Settings, data, context));
}
