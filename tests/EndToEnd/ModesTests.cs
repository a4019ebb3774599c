using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.EndToEnd;

/// <summary>consistency=async and local, as a user starts them.</summary>
public sealed class ModesTests : IDisposable
{
    private const string Four = $"{Workplace.Short} method=simclr negatives=bank bank.length=256 shards=4 devices=cpu*2";
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void Async_commits_every_shard_and_goes_on_after_a_kill()
    {
        using (var run = work.Start($"{Four} consistency=async staleness=3 run=r"))
        {
            run.UntilStep(13).Signal("KILL");
            run.End();
        }

        var ended = work.Run("resume r").Succeeds();
        Assert.Contains(ended.Warnings, line => line.Contains("consistency=async is not bit-exact"));
        Assert.Equal(Enumerable.Range(1, 32).Select(step => (long)step), work.Steps("r"));
        work.SawEverySampleOnce("r", commits: 32, perEpoch: 16, views: 2);
        var commits = RunDirectory.OpenToRead(new PosixFiles(), work["r"], Assert.Fail).ReadMetrics().Where(m => m.Event == "step").ToArray();
        Assert.All(commits, commit => Assert.InRange(commit.Number("staleness")!.Value, 0, 3));
    }

    [Theory]
    [InlineData(0, "0.5")]
    [InlineData(3, "0")]
    public void Local_gives_the_same_bits_at_any_number_of_workers_and_after_a_kill(int killedAt, string momentum)
    {
        var local = $"{Four} consistency=local local.steps=3 local.momentum={momentum}";
        work.Run($"{local} devices=cpu run=one").Succeeds();
        using (var run = work.Start($"{local} checkpoint.every=1 run=two"))
            if (killedAt > 0)
            {
                run.UntilStep(killedAt).Signal("KILL");
                run.End();
            }
            else
                run.End().Succeeds();

        if (killedAt > 0)
            Assert.Contains(work.Run("resume two").Succeeds().Warnings, line => line.Contains("consistency=local is not bit-exact"));
        Assert.Equal([1, 2, 3, 4], work.Steps("two"));
        Assert.Equal(work.State("one"), work.State("two"));
    }
}
