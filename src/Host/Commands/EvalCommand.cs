using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

internal static class EvalCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context) =>
        throw new NotSupportedException("eval is not part of this build yet");
}
