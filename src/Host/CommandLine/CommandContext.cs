using Kindred.Host.Configuration;

namespace Kindred.Host.CommandLine;

/// <summary>What a command gets from the outside world.</summary>
/// <param name="Output">Standard output: results and progress.</param>
/// <param name="Error">Standard error: warnings and the line that says what went wrong.</param>
/// <param name="Clock">Time.</param>
/// <param name="WorkingDirectory">What relative paths start from.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Stop">SIGTERM or Ctrl-C: save, and end with exit code 0.</param>
public sealed record CommandContext(
    TextWriter Output, TextWriter Error, TimeProvider Clock, string WorkingDirectory, Func<string, string?> Environment,
    CancellationToken Stop)
{
    public MachineFacts Machine => MachineFacts.Probe(Clock) with { Environment = Environment };

    public void Warn(string line) => Error.WriteLine($"kindred: warning: {line}");
}
