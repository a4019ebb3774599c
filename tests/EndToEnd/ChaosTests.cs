using Kindred.Host.CommandLine;
using Kindred.Host.Commands;

namespace Kindred.Tests.EndToEnd;

/// <summary>What chaos says of a run with faults.</summary>
public sealed class ChaosTests : IDisposable
{
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void A_step_that_was_committed_twice_is_a_fault()
    {
        work.Run($"{Workplace.Short} run=alone").Succeeds();
        work.Copy("alone", "cluster");
        Assert.Equal((ExitCode.Done, "nothing lost: 8 steps once each"), Verdict());
        var line = File.ReadLines(work["cluster/metrics.jsonl"]).Single(l => l.StartsWith("{\"event\":\"step\",\"step\":5,", StringComparison.Ordinal));
        File.AppendAllText(work["cluster/metrics.jsonl"], line + "\n");
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 5], work.Steps("cluster"));
        Assert.Equal((ExitCode.Failed, "FAILED under no faults: steps are missing or doubled"), Verdict());
    }

    [Fact]
    public void A_run_that_did_not_end_says_why_though_none_has_begun() =>
        Assert.Equal((ExitCode.Failed, "FAILED under no faults: first ended with exit code 2"), Verdict("first ended with exit code 2"));

    [Theory]
    [InlineData(60, 120)]
    [InlineData(26, 120)]
    [InlineData(24, 240)]
    [InlineData(1, 360)]
    [InlineData(1, 360, "lr=0.1")]
    [InlineData(1, 120, "steps=120")]
    [InlineData(1, 120, "Epochs=1")]
    public void Where_steps_are_quick_there_are_more_of_them(int seconds, int steps, params string[] given) =>
        Assert.Equal(steps, ChaosCommand.StepsWhere(given, TimeSpan.FromSeconds(seconds)));

    private (ExitCode Code, string Line) Verdict(string? unfinished = null)
    {
        using var output = new StringWriter();
        var context = new CommandContext(output, TextWriter.Null, TimeProvider.System, work.Folder, _ => null, TestContext.Current.CancellationToken);
        var code = ChaosVerdict.Give(unfinished, "", work["alone"], work["cluster"], context);
        return (code, output.ToString().Split(';', ',')[0]);
    }
}
