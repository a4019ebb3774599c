using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class InspectCommand
{
    public static Task<ExitCode> RunAsync(string run, CommandContext context) =>
        throw new NotSupportedException("inspect is not part of this build yet");
}
