using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class EmbedCommand
{
    public static Task<ExitCode> RunAsync(string run, EmbedOptions options, CommandContext context) =>
        throw new NotSupportedException("embed is not part of this build yet");
}
