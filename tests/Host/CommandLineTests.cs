using System.Diagnostics;

namespace Kindred.Tests.Host;

/// <summary>The program that users start, as a process.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    private (int Code, string Output, string Error) Run(string arguments, string trace = "")
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "kindred"), arguments)
        {
            WorkingDirectory = host.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KINDRED_TRACE"] = trace, ["KINDRED_DATA"] = "" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Theory]
    [InlineData("trian", 2, "unknown command 'trian'; did you mean 'train'?")]
    [InlineData("--nonsense", 2, "unknown command '--nonsense'")]
    [InlineData("train bathc=3", 2, "unknown key 'bathc'; did you mean 'batch'?")]
    [InlineData("train batch=-256", 2, "batch: -256 is too small: at least 2")]
    [InlineData("train lr=NaN", 2, "lr: 'NaN' is not a number")]
    [InlineData("train devices=cuda:99", 2, "cuda:99 doesn't exist")]
    [InlineData("train config=none.hocon", 2, "none.hocon can't be read")]
    [InlineData("resume", 2, "resume: give the run's folder")]
    [InlineData("resume runs/none", 4, "runs/none holds no run")]
    [InlineData("eval runs/none", 4, "runs/none holds no run")]
    [InlineData("export runs/none which=newest", 2, "which: 'newest' is not last or best")]
    [InlineData("export runs/none wich=best", 2, "unknown key 'wich'; did you mean 'which'?")]
    [InlineData("embed runs/none", 2, "embed needs data.path=FOLDER")]
    [InlineData("embed runs/none data.path=. data.maxCorrupt=2", 2, "data.maxCorrupt=2 must be a share from 0 to 1")]
    [InlineData("doctor now", 2, "'now' is not understood")]
    [InlineData("simulate seeds=abc", 2, "seeds=abc is not a whole number of 1 to")]
    [InlineData("simulate seeds=0", 2, "seeds=0 is not a whole number of 1 to")]
    [InlineData("simulate first=9223372036854775807 seeds=1", 2, "first=9223372036854775807 is too large")]
    [InlineData("simulate seed=7 trace=/dev/full", 1, "trace=/dev/full can't be written: No space left")]
    [InlineData("chaos choas.seed=1", 2, "unknown key 'choas.seed'; did you mean 'chaos.seed'?")]
    [InlineData("chaos run=runs/a", 2, "chaos: run is not for you to give")]
    public void What_is_wrong_is_one_line_and_an_exit_code(string arguments, int code, string message)
    {
        var (actual, output, error) = Run(arguments);
        Assert.Contains(message, error);
        Assert.Equal(1, error.Count(letter => letter == '\n'));
        Assert.StartsWith("kindred: ", error);
        Assert.Equal((code, ""), (actual, output));
    }

    [Fact]
    public void A_wrong_cluster_hocon_is_named_with_its_line()
    {
        host.Write("cluster.hocon", "batch = 256\nlr = fast");
        Assert.Equal((2, "kindred: cluster.hocon:2:6: lr: 'fast' is not a number\n"), (Run("train").Code, Run("train").Error));
    }

    [Fact]
    public void The_stack_trace_comes_when_asked_for() => Assert.Contains("   at Kindred.Host.", Run("train bathc=3", trace: "1").Error);

    [Theory]
    [InlineData("", "Commands")]
    [InlineData("help", "Commands")]
    [InlineData("--help", "./kindred demo")]
    [InlineData("train --help", "fnc.threshold = 0.7")]
    [InlineData("resume --help", "checkpoint.every")]
    [InlineData("export --help", "which=last|best")]
    public void Help_is_no_error(string arguments, string content)
    {
        var (code, output, error) = Run(arguments);
        Assert.Contains(content, output);
        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public void Doctor_finds_that_training_can_run_here()
    {
        var (code, output, error) = Run("doctor");
        Assert.Matches("(?m)^ok +libtorch +[0-9]", output);
        Assert.EndsWith("Training can run here.\n", output);
        Assert.Equal((0, ""), (code, error));
    }
}
