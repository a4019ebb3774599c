using System.Collections.Concurrent;
using FsCheck.Fluent;
using FsCheck;
using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Simulation.Tensors;

namespace Kindred.Tests.Training;

/// <summary>consistency=async: every sample once an epoch and no gradient too old, whatever is lost, late or restarted on the way.</summary>
public sealed class AsyncTests
{
    private readonly ConcurrentDictionary<long, (ulong Views, long Staleness)> applied = new();

    /// <summary>The gradients themselves say which views they are of and how old their parameters were.</summary>
    [Fact]
    public void EverySampleOnceAndNoGradientTooOld() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(
        (from workers in Gen.Choose(1, 4)
         from staleness in Gen.Choose(1, 6)
         from lost in Gen.Choose(5, 40)
         from graphs in Gen.Elements(1, int.MaxValue)
         select (workers, staleness, lost, graphs)).ToArbitrary(),
        p =>
        {
            var backwards = 0;
            AsyncTests test = new();
            test.RunAndDispose(new Cluster
            {
                Staleness = p.staleness, Workers = p.workers, Graphs = p.graphs, NeedsWholeBatch = false, LastStep = 55,
                AnswerWithin = TimeSpan.FromMilliseconds(100),
                Encoder = _ => new TracingEncoder(test.applied)
                {
                    BeforeBackward = () =>
                    {
                        if (p.workers > 1 && Interlocked.Increment(ref backwards) == p.lost)
                            throw new InvalidOperationException("the device fell off the bus");
                    },
                },
                Between = coordinator => new FaultyLine(coordinator, (message, n) => message is Here ? 1 : n % p.lost == 3 ? 0 : n % p.lost == 4 ? 2 : 1),
            }).GetAwaiter().GetResult();
        }));

    [Fact]
    public async Task WorkersDoNotWaitForOneAnother()
    {
        await RunAndDispose(new Cluster { Staleness = 4, Workers = 3, NeedsWholeBatch = false, LastStep = 48, Encoder = _ => new TracingEncoder(applied) });
        Assert.Contains(applied.Values, commit => commit.Staleness > 0);
    }

    [Fact]
    public async Task AnIdleWorkerTakesOverFromOneThatHangs()
    {
        using var ended = new ManualResetEventSlim();
        await using var cluster = new Cluster
        {
            Staleness = 3, Workers = 2, NeedsWholeBatch = false, LastStep = 40, CheckpointEvery = 0, AnswerWithin = TimeSpan.FromMilliseconds(50),
            Encoder = worker => new TracingEncoder(applied) { BeforeBackward = () => WaitFor(worker == 0 && applied.Count >= 10 ? ended : null) },
        };
        await Run(cluster, step =>
        {
            if (step == 40)
                ended.Set();
        });
        Assert.Contains(cluster.Notes, note => note.StartsWith("/training/worker-0 is cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AGradientThatIsTooOldIsLeasedAgain()
    {
        var replaced = 0;
        await using var cluster = new Cluster
        {
            Staleness = 2, Workers = 2, NeedsWholeBatch = false, LastStep = 20,
            Encoder = _ => new TracingEncoder(applied),
            Between = coordinator => new ChangedLine(coordinator, (message, _) => // some look older than they are
                message is ShardGradients gradients && Interlocked.Increment(ref replaced) % 5 == 0 ? gradients with { Staleness = 99 } : message),
        };
        await Run(cluster);
        Assert.True(replaced > 20); // each that was refused came again
        Assert.DoesNotContain(cluster.Notes, note => note.Contains("overdue", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(26)]
    public async Task StoppedAndResumed(int stopAfter)
    {
        await using var cluster = new Cluster
        {
            Staleness = 3, Workers = 2, NeedsWholeBatch = false, LastStep = 45, Encoder = _ => new TracingEncoder(applied),
        };
        LocalEngine? engine = null;
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == stopAfter)
                    engine!.Find("/training/coordinator")!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.False(first.Finished);
        Assert.InRange(first.At.Step, stopAfter, stopAfter + 4);
        await Run(cluster);
        var metrics = cluster.Metrics();
        Assert.Equal(first.At.Step, Assert.Single(metrics, m => m.Event == "resume").At.Step);
    }

    private async Task RunAndDispose(Cluster cluster, Action<long>? committed = null)
    {
        await using (cluster)
            await Run(cluster, committed);
    }

    /// <summary>Runs to the end; then every commit is the plan's shard, on parameters that are new enough, and the metrics say so.</summary>
    private async Task Run(Cluster cluster, Action<long>? committed = null)
    {
        var end = await cluster.Run(step => committed?.Invoke(step.At.Step));
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
        var views = new HashViews(cluster.Plan);
        Assert.Equal(cluster.LastStep, applied.Keys.Max());
        Assert.All(applied, commit => Assert.Equal(HashBundle.Of(views.Views(commit.Key, 0))[0], commit.Value.Views));
        Assert.All(applied, commit => Assert.InRange(commit.Value.Staleness, 0, cluster.Staleness));
        var steps = cluster.Metrics().Where(m => m.Event == "step").ToArray();
        Assert.Equal(Enumerable.Range(1, (int)cluster.LastStep).Select(s => (long)s), steps.Select(s => s.At.Step));
        Assert.All(steps, s => Assert.Equal(applied[s.At.Step].Staleness, s.Number("staleness")));
    }

    private static void WaitFor(ManualResetEventSlim? happened) => happened?.Wait();
}
