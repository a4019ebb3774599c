using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class TrainCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context) =>
        throw new NotSupportedException("train is not part of this build yet");
}
