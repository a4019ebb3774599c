using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class ExportCommand
{
    public static Task<ExitCode> RunAsync(string run, ExportOptions options, CommandContext context) =>
        throw new NotSupportedException("export is not part of this build yet");
}
