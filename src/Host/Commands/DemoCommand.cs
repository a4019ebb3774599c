using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class DemoCommand
{
    public static Task<ExitCode> RunAsync(KeyValueArguments arguments, CommandContext context) =>
        throw new NotSupportedException("demo is not part of this build yet");
}
