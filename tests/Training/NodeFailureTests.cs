using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data;
using Kindred.Gpu.Step;
using Kindred.Simulation.Tensors;
using Microsoft.Extensions.Time.Testing;

namespace Kindred.Tests.Training;

/// <summary>What is wrong with one node ends, or slows down, that node alone.</summary>
public sealed class NodeFailureTests
{
    private const int Hung = 120_000;

    [Theory(Timeout = Hung)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANodeThatCantReadItsDataEndsTheRunOnlyIfItIsTheLast(bool others)
    {
        using var heard = new ManualResetEventSlim();
        var heartbeats = 0;
        IViewSource? broken = null; // the one that is asked first
        IViewSource Fail(IViewSource good)
        {
            if ((Interlocked.CompareExchange(ref broken, good, null) ?? good) != good)
                return good;
            heard.Wait();
            throw new DataException("its disk is gone");
        }

        await using var cluster = new Cluster
        {
            WaitsForMembers = true,
            Views = [good => new Views(_ => Fail(good)), good => new Views(_ => Fail(good))],
            Between = coordinator => new ChangedLine(coordinator, (message, sender) =>
            {
                if (message is not Here { Role: Role.Data } here)
                    return message;
                if (Interlocked.Increment(ref heartbeats) == 6)
                    heard.Set(); // the coordinator has heard earlier ones of both
                return !others && sender.Path.EndsWith("data-1", StringComparison.Ordinal) ? null : here with { Node = new Node(sender.Path[10..], 1, []) };
            }),
        };
        var end = await cluster.Run();
        if (!others)
        {
            Assert.IsType<DataException>(end.Reason);
            return;
        }

        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Single(cluster.Notes, n => n.EndsWith(" ends, the others go on: its disk is gone", StringComparison.Ordinal));
    }

    /// <summary>The only worker fails at step 7 in each of its first five lives, more than a minute apart, and says so, or is lost without a word.</summary>
    [Theory(Timeout = Hung)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFaultThatComesAgainEndsTheRunButLostMachinesDoNot(bool saysSo)
    {
        var (clock, lives) = (new LeapingClock(), 0);
        IEncoder Encoder(int life) => new HashEncoder
        {
            Reached = state =>
            {
                if (state[3] != 7 || life > 5)
                    return;
                clock.Leap(TimeSpan.FromMinutes(2));
                throw new InvalidOperationException("out of memory");
            },
        };
        await using var cluster = new Cluster
        {
            Workers = 1, Clock = clock, AnswerWithin = TimeSpan.FromDays(1), Encoder = _ => Encoder(Interlocked.Increment(ref lives)),
            Between = coordinator => new ChangedLine(coordinator, (message, _) => message is Faulted && !saysSo ? null : message),
        };
        var end = await cluster.Run();
        Assert.Equal(saysSo ? "out of memory" : null, end.Reason?.Message);
        Assert.Equal(saysSo ? 4 : 5, cluster.Notes.Count(note => note.StartsWith("going back to the newest checkpoint: ", StringComparison.Ordinal)));
        if (!saysSo)
            Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Fact(Timeout = Hung)]
    public async Task ADataActorThatHangsIsPassedOver()
    {
        using var ended = new ManualResetEventSlim();
        IViewSource? hung = null; // the one that is asked first for the views of step 3
        IViewSource Hang(long step, IViewSource good)
        {
            if (step == 3 && (Interlocked.CompareExchange(ref hung, good, null) ?? good) == good)
                ended.Wait();
            return good;
        }

        await using var cluster = new Cluster
        {
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Views = [good => new Views(step => Hang(step, good)), good => new Views(step => Hang(step, good))],
            Saved = step => Release(step, ended),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Contains(cluster.Notes, n => n.EndsWith("is cut off: nothing can be had from it (its views don't come)", StringComparison.Ordinal));
    }

    [Fact(Timeout = Hung)]
    public async Task AKeeperThatHangsIsReplaced()
    {
        using var ended = new ManualResetEventSlim();
        var hangs = 0;
        await using var cluster = new Cluster
        {
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Keepers = 2,
            Contrast = () => new HashContrast(needsWholeBatch: true)
            {
                BeforeAnswer = step =>
                {
                    if (step == 3 && Interlocked.Increment(ref hangs) == 1)
                        ended.Wait();
                },
            },
            Saved = step => Release(step, ended),
        };
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Contains(cluster.Notes, n => n.Contains("keeper", StringComparison.Ordinal) && n.EndsWith("is cut off: nothing can be had from it (it doesn't answer)", StringComparison.Ordinal));
    }

    [Theory(Timeout = Hung)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task TheLastMemberOfItsRoleThatStaysDownEndsAClustersNode(bool inCluster, bool hasAnother)
    {
        await using var engine = new LocalEngine(new EngineOptions());
        var observer = new EndObserver();
        List<(string, Role, Func<IActorRef, Actor>)> members = [("worker-0", Role.Worker, _ => throw new InvalidOperationException("no such device"))];
        if (hasAnother)
            members.Add(("worker-1", Role.Worker, coordinator => new DataActor(null!, 1, coordinator)));
        var guardian = engine.Spawn(Props.Of(() => new Guardian(null, members, observer, TimeSpan.Zero, inCluster ? () => null : null)), Guardian.Name);
        if (inCluster && !hasAnother)
        {
            Assert.Contains("/training/worker-0 failed again and again", Assert.IsType<NodeFailedException>((await observer.End.Task).Reason).Message, StringComparison.Ordinal);
            return;
        }

        do
            await guardian.Ask<MayLeave>(new Leave(engine.Cluster.Self), TimeSpan.FromMinutes(1));
        while (engine.Find("/training/worker-0") is not null);
        await guardian.Ask<MayLeave>(new Leave(engine.Cluster.Self), TimeSpan.FromMinutes(1));
        Assert.False(observer.End.Task.IsCompleted);
    }

    [Theory(Timeout = Hung)]
    [InlineData(null)]
    [InlineData("step 41 diverged")]
    public async Task AWorkersNodeThatWasAwayWhenItsRunWasStoppedOrFailedEndsWithThat(string? failure)
    {
        await using var engine = new LocalEngine(new EngineOptions());
        var (observer, end) = (new EndObserver(), new RunEnd(new TermStep(7, 40), Finished: false, failure is null ? null : new DivergedException(failure)));
        engine.Spawn(Props.Of(() => new Guardian(null, [], observer, TimeSpan.Zero, () => end)), Guardian.Name);
        Assert.Equal(end, await observer.End.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task ACoordinatorThatWasAwayWhenItsRunFailedEndsWithThatAndTellsNobody()
    {
        var failed = new RunEnd(new TermStep(7, 40), Finished: false, new DivergedException("step 41 diverged"));
        await using var cluster = new Cluster
        {
            WaitsForMembers = true, Opened = run => RunDirectory.OpenToRead(new PosixFiles(), run, Assert.Fail).End.Write(failed, term: 7),
        };
        var end = await cluster.Run();
        Assert.Equal(failed.At, end.At);
        Assert.Equal("step 41 diverged", Assert.IsType<DivergedException>(end.Reason).Message);
        Assert.False(File.Exists(cluster.PathOf(RunDirectory.CoordinatorOf)));
        Assert.Empty(Directory.GetFiles(cluster.PathOf(RunDirectory.TermsOf)));
    }

    [Theory(Timeout = Hung)]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public async Task ForNodesThatAreAwayARunThatWasStoppedIsOverAndOneThatTheLastNodeLeftIsNot(bool leaves, bool thenStops, bool over)
    {
        await using var cluster = new Cluster { WaitsForMembers = true };
        LocalEngine? engine = null;
        var end = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step != 6)
                    return;
                engine!.Find(Guardian.Path)!.Tell(new StopRun(leaves));
                if (thenStops)
                    engine.Find(Guardian.Path)!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.Equal((false, null), (end.Finished, end.Reason));
        Assert.Equal(CoordinatorFile.Ended, cluster.LastWords().Phase);
        Assert.Equal(over, File.Exists(cluster.PathOf(RunDirectory.EndOf)));
        Assert.True((await cluster.Run()).Finished); // started again, it goes on
    }

    [Theory(Timeout = Hung)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ForNodesThatComeLaterARunIsOverWhoeverCameToItsEnd(bool inCluster)
    {
        await using var cluster = new Cluster { WaitsForMembers = inCluster };
        var end = await cluster.Run();
        Assert.Equal(end, RunDirectory.OpenToRead(new PosixFiles(), cluster.PathOf(run => run), Assert.Fail).End.Read(end.At.Step));
    }

    private static void Release(long step, ManualResetEventSlim ended)
    {
        if (step == 17)
            ended.Set();
    }

    private sealed class Views(Func<long, IViewSource> of) : IViewSource
    {
        TensorBundle IViewSource.Views(long step, int shard) => of(step).Views(step, shard);
    }

    private sealed class EndObserver : IRunObserver
    {
        public TaskCompletionSource<RunEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Started(TermStep from, int term)
        {
        }

        public void Committed(StepReport step)
        {
        }

        public void Evaluated(long step, EvaluationResult result)
        {
        }

        public void Saved(long step)
        {
        }

        public void Noted(string what)
        {
        }

        public void Ended(RunEnd end) => End.TrySetResult(end);
    }
}
