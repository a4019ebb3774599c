using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class ResumeCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context) =>
        throw new NotSupportedException("resume is not part of this build yet");
}
