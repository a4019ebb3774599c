using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

internal static class DoctorCommand
{
    public static Task<ExitCode> RunAsync(CommandContext context) => throw new NotSupportedException("doctor is not part of this build yet");
}
