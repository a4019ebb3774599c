using System.Diagnostics;
using System.Globalization;

namespace Kindred.Tests.EndToEnd;

/// <summary>How a process ended.</summary>
internal sealed record Ended(int Code, string Output, string Error)
{
    private const string Warning = "kindred: warning: ";

    public string[] Warnings => [.. Lines(Error).Where(line => line.StartsWith(Warning, StringComparison.Ordinal))];

    /// <summary>What is on standard error beside warnings.</summary>
    public string[] Errors => [.. Lines(Error).Where(line => !line.StartsWith(Warning, StringComparison.Ordinal))];

    /// <summary>One line on standard error that holds all of these words, and this exit code.</summary>
    public Ended Fails(int code, params string[] words)
    {
        Assert.True(code == Code, $"exit code {Code}, expected {code}\n{Output}{Error}");
        Assert.StartsWith("kindred: ", Assert.Single(Errors));
        Assert.All(words, word => Assert.Contains(word, Errors[0]));
        return this;
    }

    public Ended Succeeds()
    {
        Assert.True(Code == 0 && Errors.Length == 0, $"exit code {Code}\n{Output}{Error}");
        return this;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The program that users start, as a process under way.</summary>
internal sealed class Program : IDisposable
{
    /// <summary>A program that hangs is killed, and its test fails.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process process;
    private readonly CancellationTokenSource hung = new(Limit);
    private readonly Queue<string> seen = [];

    public Program(string folder, string arguments, string? wrapper = null, string? home = null)
    {
        var program = Path.Combine(home ?? AppContext.BaseDirectory, "kindred");
        process = Process.Start(new ProcessStartInfo("bash", ["-c", $"{wrapper} exec {program} {arguments}"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KINDRED_DATA"] = "", ["KINDRED_TRACE"] = "", ["DOTNET_EnableWriteXorExecute"] = "0" },
        })!;
        hung.Token.Register(process.Kill);
    }

    /// <summary>Returns when the process has told that it committed this step: at once, with progress.every=1ms.</summary>
    public Program UntilStep(long step) => Until(line => Tells(line, step), $"step {step}");

    /// <summary>Returns when the process has said this.</summary>
    public Program UntilSaid(string words) => Until(line => line.Contains(words, StringComparison.Ordinal), words);

    private Program Until(Func<string, bool> isIt, string what)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            seen.Enqueue(line);
            if (isIt(line))
                return this;
        }

        throw new InvalidOperationException($"it ended before '{what}':\n{string.Join('\n', seen)}\n{process.StandardError.ReadToEnd()}");
    }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    public string UntilError() => process.StandardError.ReadLine()!;

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public Ended End()
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ended(process.ExitCode, string.Concat(seen.Select(line => line + "\n")) + output, error.Result);
    }

    public void Dispose()
    {
        hung.Dispose();
        process.Kill();
        process.Dispose();
    }

    private static bool Tells(string line, long step) =>
        line.Split("  step ") is [_, var rest] && long.Parse(rest[..rest.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture) >= step;
}
