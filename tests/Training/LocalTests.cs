using Kindred.Actors.Engines;
using Kindred.Actors.Protocol;
using Kindred.Simulation.Tensors;

namespace Kindred.Tests.Training;

/// <summary>consistency=local: a shard is a pure function of state and step, so every run ends in the state of the plain loop.</summary>
public sealed class LocalTests
{
    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(1, 4, 3)]
    [InlineData(3, 4, 1)]
    [InlineData(2, 3, 100)]
    public async Task SameBitsAtAnyNumberOfWorkers(int workers, int shards, int localSteps)
    {
        await using var cluster = Local(workers, shards, localSteps);
        await EndsAsExpected(cluster);
    }

    [Fact]
    public async Task AWorkerThatDiesBetweenTwoBatches()
    {
        var deaths = 0;
        await using var cluster = Local(2, 4, 3, worker => new HashLocalEncoder(_ =>
        {
            if (worker == 1 && Interlocked.Increment(ref deaths) == 5)
                throw new InvalidOperationException("the device fell off the bus");
        }));
        await EndsAsExpected(cluster);
        Assert.True(deaths >= 5);
    }

    [Fact]
    public async Task AKeeperThatDiesBetweenTwoBatches()
    {
        var answers = 0;
        await using var cluster = Local(2, 4, 3, contrast: () => new HashContrast(needsWholeBatch: false)
        {
            BeforeAnswer = _ =>
            {
                if (Interlocked.Increment(ref answers) == 30)
                    throw new InvalidOperationException("out of memory");
            },
        });
        await EndsAsExpected(cluster);
        Assert.True(answers > 30);
    }

    [Fact]
    public async Task MessagesToTheCoordinatorAreLost()
    {
        await using var cluster = Local(2, 4, 3, lost: 7);
        await EndsAsExpected(cluster);
    }

    [Fact]
    public async Task StoppedAndResumed()
    {
        await using var cluster = Local(2, 4, 2);
        LocalEngine? engine = null;
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == 4)
                    engine!.Find("/training/coordinator")!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.False(first.Finished);
        await EndsAsExpected(cluster);
    }

    private static Cluster Local(
        int workers, int shards, int localSteps, Func<int, HashLocalEncoder>? encoder = null, Func<HashContrast>? contrast = null, int lost = 0) => new()
        {
            Workers = workers, Shards = shards, LocalSteps = localSteps, NeedsWholeBatch = false, LastStep = 10, CheckpointEvery = 3,
            Encoder = encoder ?? (_ => new HashLocalEncoder()), Contrast = contrast,
            AnswerWithin = lost > 0 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10),
            Between = coordinator => new FaultyLine(coordinator, (message, n) => message is Here || lost == 0 || n % lost != 3 ? 1 : 0),
        };

    private static async Task EndsAsExpected(Cluster cluster)
    {
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
        Assert.Equal(cluster.Expected(), cluster.Result());
        var steps = cluster.Metrics().Where(m => m.Event == "step").ToArray();
        Assert.Equal(Enumerable.Range(1, 10).Select(s => (long)s), steps.Select(s => s.At.Step));
        Assert.All(steps, s => Assert.Equal(cluster.Plan.Locate(s.At.Step).Epoch, s.Number("epoch")));
    }
}
