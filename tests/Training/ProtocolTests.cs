using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Tests.Training;

/// <summary>Whatever is lost, doubled or restarted on the way: the run ends in the state of the plain loop.</summary>
public sealed class ProtocolTests
{
    [Theory]
    [InlineData(1, 1, 0, true)]
    [InlineData(1, 4, 1, true)]
    [InlineData(2, 4, 1, false)]
    [InlineData(3, 7, 2, true)]
    [InlineData(4, 4, 0, false)]
    public async Task SameBitsAtAnyNumberOfWorkers(int workers, int shards, int graphs, bool wholeBatch)
    {
        await using var cluster = new Cluster { Workers = workers, Shards = shards, Graphs = graphs, NeedsWholeBatch = wholeBatch };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
        Assert.Equal(cluster.Expected(), cluster.Saved());
        var steps = cluster.Metrics().Where(m => m.Event == "step").ToArray();
        Assert.Equal(Enumerable.Range(1, 17).Select(s => (long)s), steps.Select(s => s.At.Step));
        Assert.All(steps, s => Assert.Equal(Math.Min(workers, shards), s.Number("workers")));
    }

    [Fact]
    public async Task AWorkerThatDiesAfterItsProjectionsLeft()
    {
        var deaths = 0;
        await using var cluster = new Cluster
        {
            Encoder = worker => new HashEncoder
            {
                BeforeBackward = _ =>
                {
                    if (worker == 1 && Interlocked.Increment(ref deaths) is 3 or 9)
                        throw new InvalidOperationException("the device fell off the bus");
                },
            },
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(deaths > 9);
        Assert.Equal(cluster.Expected(), cluster.Saved());
    }

    [Fact]
    public async Task TheLastHolderOfTheStateDies()
    {
        var backwards = 0;
        await using var cluster = new Cluster
        {
            Workers = 1,
            Encoder = _ => new HashEncoder
            {
                BeforeBackward = _ =>
                {
                    if (Interlocked.Increment(ref backwards) == 30)
                        throw new InvalidOperationException("the device fell off the bus");
                },
            },
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Saved());
        var metrics = cluster.Metrics();
        Assert.Equal(5, Assert.Single(metrics, m => m.Event == "rollback").At.Step);
        Assert.Equal(Enumerable.Range(1, 17).Select(s => (long)s), metrics.Where(m => m.Event == "step").Select(m => m.At.Step).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AKeeperThatDiesIsRebuiltWithoutGoingBack(bool wholeBatch)
    {
        var answers = 0;
        await using var cluster = new Cluster
        {
            NeedsWholeBatch = wholeBatch,
            Contrast = () => new HashContrast(wholeBatch)
            {
                BeforeAnswer = _ =>
                {
                    if (Interlocked.Increment(ref answers) is 3 or 8)
                        throw new InvalidOperationException("out of memory");
                },
            },
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Saved());
        Assert.DoesNotContain(cluster.Metrics(), m => m.Event == "rollback");
    }

    [Fact]
    public async Task EveryAnswerComesTwice()
    {
        await using var cluster = new Cluster { Around = make => () => new Doubling(make()) };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Saved());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public async Task StoppedAndResumedWithoutATrace(int stopAfter)
    {
        await using var cluster = new Cluster();
        IActorRef? coordinator = null;
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == stopAfter)
                    coordinator!.Tell(new StopRun());
            },
            started: engine => coordinator = engine.Find("/coordinator"));
        Assert.False(first.Finished);
        Assert.InRange(first.At.Step, stopAfter, stopAfter + 1);
        var second = await cluster.Run();
        Assert.True(second.Finished);
        Assert.Equal(cluster.Expected(), cluster.Saved());
        var metrics = cluster.Metrics();
        Assert.Equal(first.At.Step, Assert.Single(metrics, m => m.Event == "resume").At.Step);
        Assert.Equal(Enumerable.Range(1, 17).Select(s => (long)s), metrics.Where(m => m.Event == "step").Select(m => m.At.Step));
    }

    [Fact]
    public async Task NothingOfAStepOutlivesIt()
    {
        var atStep5 = 0;
        await using var cluster = new Cluster { LastStep = 30, CheckpointEvery = 1000 };
        var live = new List<int>();
        await cluster.Run(committed: _ => live.Add(HashBundle.Live));
        atStep5 = live[5];
        // One more row a step is held for a keeper that may have to be rebuilt; nothing else may grow.
        Assert.InRange(live[29] - atStep5, 0, 24 + 16);
    }
}
