using Spectre.Console;

namespace Kindred.Host.Progress;

/// <summary>Chooses how progress is shown.</summary>
public static class TrainingProgress
{
    /// <summary>A live panel where standard output is a terminal, lines otherwise; no colours where NO_COLOR is set
    /// (no-color.org).</summary>
    public static ITrainingProgress Create(TextWriter output, TimeProvider clock, TimeSpan every, Func<string, string?> environment)
    {
        var terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            && environment("TERM") is not (null or "" or "dumb");
        if (!terminal) return new PlainProgress(output, clock, every);
        var colours = string.IsNullOrEmpty(environment("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors;
        return new LiveProgress(AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = colours, Out = new AnsiConsoleOutput(output) }),
            clock);
    }
}
