using System.Collections.Concurrent;
using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Tensors;
using Kindred.Tests.Store;

namespace Kindred.Tests.Training;

/// <summary>Whatever is lost, doubled or restarted on the way: the run ends in the state of the plain loop.</summary>
public sealed class ProtocolTests
{
    /// <summary>In milliseconds: fails a test whose run never ends.</summary>
    private const int Hung = 60_000;

    [Theory]
    [InlineData(1, 1, int.MaxValue, true)]
    [InlineData(1, 4, 1, true)]
    [InlineData(2, 4, 1, false)]
    [InlineData(3, 7, 2, true)]
    [InlineData(4, 4, int.MaxValue, false)]
    public async Task SameBitsAtAnyNumberOfWorkers(int workers, int shards, int graphs, bool wholeBatch)
    {
        await using var cluster = new Cluster { Workers = workers, Shards = shards, Graphs = graphs, NeedsWholeBatch = wholeBatch };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
        Assert.Equal(cluster.Expected(), cluster.Result());
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
                    if (worker == 1 && Interlocked.Increment(ref deaths) == 3)
                        throw new InvalidOperationException("the device fell off the bus");
                },
            },
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(deaths >= 3);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Fact]
    public async Task TheLastHolderOfTheStateDies()
    {
        var backwards = 0;
        using var saved = new ManualResetEventSlim();
        await using var cluster = new Cluster
        {
            Workers = 1,
            Saved = _ => saved.Set(),
            Encoder = _ => new HashEncoder
            {
                BeforeBackward = _ =>
                {
                    if (Interlocked.Increment(ref backwards) != 30)
                        return;
                    saved.Wait();
                    throw new InvalidOperationException("the device fell off the bus");
                },
            },
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
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
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.DoesNotContain(cluster.Metrics(), m => m.Event == "rollback");
    }

    [Fact]
    public async Task EveryAnswerComesTwice()
    {
        await using var cluster = new Cluster { Between = coordinator => new FaultyLine(coordinator, (_, _) => 2) };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EverySeventhAnswerIsLost(bool wholeBatch)
    {
        await using var cluster = new Cluster
        {
            NeedsWholeBatch = wholeBatch,
            AnswerWithin = TimeSpan.FromMilliseconds(100),
            Between = coordinator => new FaultyLine(coordinator, (message, n) => message is Here || HashBundle.Hash((ulong)n) % 7 != 3 ? 1 : 0),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Theory(Timeout = Hung)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task TheOthersGoOnWithoutAWorkerWhoseDeviceHangs(int hung)
    {
        using var ended = new ManualResetEventSlim();
        var encoded = 0;
        await using var cluster = new Cluster
        {
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Encoder = worker => new HashEncoder
            {
                BeforeEncode = _ =>
                {
                    if (worker == hung && Interlocked.Increment(ref encoded) == 5)
                        ended.Wait();
                },
            },
            Saved = step => Release(step, ended),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Contains(cluster.Notes, n => n.Contains($"worker-{hung} is cut off", StringComparison.Ordinal));
    }

    [Fact(Timeout = Hung)]
    public async Task ATermBeginsWithoutAWorkerThatTakesNoState()
    {
        using var ended = new ManualResetEventSlim();
        await using var cluster = new Cluster
        {
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Encoder = worker => new HashEncoder
            {
                Reached = _ =>
                {
                    if (worker == 1)
                        ended.Wait();
                },
            },
            Saved = step => Release(step, ended),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Fact(Timeout = Hung)]
    public async Task ATermBeginsWithoutAWorkerThatSaysAgainAndAgainThatItHoldsAnother()
    {
        await using var cluster = new Cluster
        {
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Between = coordinator => new ChangedLine(coordinator, (message, sender) => message is StateHeld held && sender.Path.EndsWith("worker-1", StringComparison.Ordinal)
                ? new Here(Role.Worker, new Node("local", 0, []), held.Life, new TermStep(99, 1)) : message),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    private static void Release(long saved, ManualResetEventSlim ended)
    {
        if (saved == 17)
            ended.Set();
    }

    [Fact]
    public async Task AWorkerThatCannotStartEndsTheRunWithAReason()
    {
        await using var cluster = new Cluster { Encoder = _ => throw new InvalidOperationException("no such device") };
        var end = await cluster.Run();
        Assert.Contains("/training/worker-", end.Reason!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheOthersGoOnWithoutAWorkerThatStaysDown(bool starts)
    {
        await using var cluster = new Cluster
        {
            Encoder = worker => worker == 0 ? new HashEncoder()
                : starts ? new HashEncoder { Reached = _ => throw new InvalidOperationException("out of memory") }
                : throw new InvalidOperationException("no such device"),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Single(cluster.Notes, n => n.Contains("worker-1 failed again and again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHeartbeatThatComesLateBringsNoWorkerBack()
    {
        Action? late = null;
        await using var cluster = new Cluster
        {
            Encoder = worker => new HashEncoder { Reached = worker == 0 ? null : _ => throw new InvalidOperationException("out of memory") },
            Between = coordinator => new ChangedLine(coordinator, (message, sender) =>
            {
                if (message is Here && sender.Path.EndsWith("worker-1", StringComparison.Ordinal))
                    late = () => coordinator.Tell(message, sender);
                return message;
            }),
        };
        var end = await cluster.Run(committed: step =>
        {
            if (step.At.Step == 5)
                late!();
        });
        Assert.Null(end.Reason);
        Assert.DoesNotContain(cluster.Notes, n => n.Contains("worker-1 joins", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWorkerThatFailsAtEveryStepEndsTheRunWithItsReason()
    {
        await using var cluster = new Cluster
        {
            Encoder = _ => new HashEncoder { BeforeEncode = _ => throw new InvalidOperationException("out of memory") },
        };
        var end = await cluster.Run();
        Assert.Contains("out of memory", end.Reason!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public async Task StoppedAndResumedWithoutATrace(int stopAfter)
    {
        await using var cluster = new Cluster();
        LocalEngine? engine = null;
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == stopAfter)
                    engine!.Find("/training/coordinator")!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.False(first.Finished);
        Assert.InRange(first.At.Step, stopAfter, stopAfter + 1);
        var second = await cluster.Run();
        Assert.True(second.Finished);
        Assert.Equal(cluster.Expected(), cluster.Result());
        var metrics = cluster.Metrics();
        Assert.Equal(first.At.Step, Assert.Single(metrics, m => m.Event == "resume").At.Step);
        Assert.Equal(Enumerable.Range(1, 17).Select(s => (long)s), metrics.Where(m => m.Event == "step").Select(m => m.At.Step));
    }

    /// <summary>What the workers say of a step is lost however often they are asked; in sync, async and local. Step 4 ends no epoch.</summary>
    [Theory]
    [InlineData(0, 0, 17)]
    [InlineData(3, 0, 45)]
    [InlineData(0, 2, 10)]
    public async Task AStepThatNeverEndsHoldsNoStopUp(int staleness, int localSteps, int lastStep)
    {
        const int Last = 4;
        var lost = true;
        var phases = new WrittenPhases();
        LocalEngine? engine = null;
        await using var cluster = new Cluster
        {
            Staleness = staleness,
            LocalSteps = localSteps,
            LastStep = lastStep,
            NeedsWholeBatch = false,
            Encoder = _ => localSteps > 0 ? new HashLocalEncoder() : new HashEncoder(),
            Files = phases,
            AnswerWithin = TimeSpan.FromSeconds(2),
            Between = coordinator => new ChangedLine(coordinator, (message, _) => lost && message is ShardGradients { Step: > Last } ? null : message),
        };
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == Last)
                    engine!.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true));
            },
            started: running => engine = running);
        Assert.Equal((Last, null), (first.At.Step, first.Reason));
        Assert.Contains($"{CoordinatorFile.Stopping}, the end of step {Last + 1}", phases.Written);
        Assert.Contains(cluster.Notes, note => note.StartsWith($"step {Last + 1} doesn't end", StringComparison.Ordinal));
        Assert.Equal(Last, Assert.Single(cluster.Metrics(), m => m.Event == "evaluation_missed").At.Step);
        lost = false;
        Assert.True((await cluster.Run()).Finished);
        if (staleness == 0)
            Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Equal(Last, Assert.Single(cluster.Metrics(), m => m.Event == "resume").At.Step);
    }

    /// <summary>The coordinator's loop keeps that commit for the worker; with the step it would let it go, and nobody would have the state.</summary>
    [Fact]
    public async Task AStepThatNeverEndsIsNotDroppedWhileTheOnlyWorkerLacksTheLastCommit()
    {
        const int Last = 4, Beats = 5;
        var (behind, droppedMeanwhile) = (0, false);
        LocalEngine? engine = null;
        Cluster? run = null;
        object? Change(object message, IActorRef sender)
        {
            if (message is ShardGradients { Step: > Last } || (message is StateHeld { State.Step: Last } && behind < Beats))
                return null;
            if (message is not Here { Role: Role.Worker, State: { Step: Last } state } here || behind == Beats)
                return message;
            behind++;
            lock (run!.Notes)
                droppedMeanwhile |= run.Notes.Any(note => note.Contains("doesn't end", StringComparison.Ordinal));
            return here with { State = state with { Step = Last - 1 } };
        }

        await using var cluster = run = new Cluster
        {
            Workers = 1, CheckpointEvery = 0, AnswerWithin = TimeSpan.FromSeconds(0.5), Between = coordinator => new ChangedLine(coordinator, Change),
        };
        var end = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == Last)
                    engine!.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true));
            },
            started: running => engine = running);
        Assert.Equal((Last, null), (end.At.Step, end.Reason));
        Assert.Equal(Beats, behind);
        Assert.False(droppedMeanwhile);
    }

    /// <summary>Whether the run is over is looked for before it begins, and never again by the coordinator.</summary>
    [Fact]
    public async Task ADamagedEndOfAnEarlierStopIsNoMatterForARunThatGoesOn()
    {
        using var looked = new ManualResetEventSlim(); // for a newer term, three times
        var (looks, damaged) = (0, false);
        Cluster? run = null;
        await using var cluster = run = new Cluster
        {
            WaitsForMembers = true,
            AnswerWithin = TimeSpan.FromMilliseconds(200),
            Files = new WatchedReads(path =>
            {
                if (damaged && path.EndsWith("0002.claim", StringComparison.Ordinal) && Interlocked.Increment(ref looks) == 3)
                    looked.Set();
            }),
            Encoder = _ => new HashEncoder
            {
                BeforeEncode = _ =>
                {
                    if (damaged)
                        looked.Wait(Hung);
                },
            },
        };
        var end = await cluster.Run(committed: step =>
        {
            if (step.At.Step != 3)
                return;
            File.WriteAllText(run.PathOf(RunDirectory.EndOf), "{");
            damaged = true;
        });
        Assert.True(looked.IsSet);
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
    }

    [Fact]
    public async Task AskedToStopBeforeAnybodyCoordinates()
    {
        await using var cluster = new Cluster();
        var end = await cluster.Run(started: engine => engine.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true)));
        Assert.Null(end.Reason);
        Assert.Equal(0, end.At.Step);
        Assert.Empty(cluster.Metrics());
    }

    [Fact]
    public async Task AResumedRunThatIsStoppedWhileItGathersSaysWhereItIs()
    {
        await using var cluster = new Cluster();
        LocalEngine? engine = null;
        var first = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == 6)
                    engine!.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true));
            },
            started: running => engine = running);
        var second = await cluster.Run(started: running => running.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true)));
        Assert.Equal((first.At.Step, false, null), (second.At.Step, second.Finished, second.Reason));
        Assert.Equal((first.At.Step, CoordinatorFile.Ended), (cluster.LastWords().Step, cluster.LastWords().Phase));
    }

    [Fact]
    public async Task ACoordinatorThatFailsWhileItStopsStopsAllTheSame()
    {
        var saved = 0;
        LocalEngine? engine = null;
        await using var cluster = new Cluster
        {
            CheckpointEvery = 0,
            Saved = _ =>
            {
                if (saved++ == 0)
                    throw new InvalidOperationException("out of memory");
            },
        };
        var end = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == 6)
                    engine!.Find(Guardian.Path)!.Tell(new StopRun(Leaves: true));
            },
            started: running => engine = running);
        Assert.Equal((false, null), (end.Finished, end.Reason));
        Assert.InRange(end.At.Step, 6, 12);
        Assert.Equal(end.At.Step, cluster.LastWords().Step);
    }

    private sealed class WatchedReads(Action<string> read) : DecoratedFiles(new PosixFiles())
    {
        public override Stream? OpenRead(string path)
        {
            read(path);
            return base.OpenRead(path);
        }
    }

    /// <summary>What coordinator.json has said.</summary>
    private sealed class WrittenPhases() : DecoratedFiles(new PosixFiles())
    {
        private readonly ConcurrentBag<string> written = [];

        public IReadOnlyCollection<string> Written => written;

        public override void Replace(string path, Action<Stream> write)
        {
            base.Replace(path, write);
            if (CoordinatorFile.Read(this, Path.GetDirectoryName(path)!) is { } file)
                written.Add($"{file.Phase}, {file.WaitsFor}");
        }
    }
}
