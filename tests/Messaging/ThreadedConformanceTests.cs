using System.Collections.Concurrent;
using System.Threading.Channels;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

/// <summary>What an engine promises besides whose executors have threads of their own.</summary>
public abstract class ThreadedConformanceTests : ConformanceTests
{
    [Fact(Timeout = Hung)]
    public async Task Work_runs_on_the_executor_s_own_thread()
    {
        var results = Channel.CreateUnbounded<object>();
        Spawn("worker", (self, message) =>
        {
            if (message is not "go")
                results.Writer.TryWrite(message);
            for (var i = 0; message is "go" && i < 100; i++)
            {
                self.World.Run(
                    self.World.Executor("heavy"),
                    () => (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread),
                    result => result,
                    failure => failure);
            }
        }).Tell("go");

        var done = new List<(int Thread, bool Pool)>();
        while (done.Count < 100)
            done.Add(((int, bool))await results.Reader.ReadAsync());
        Assert.Single(done.Select(result => result.Thread).Distinct());
        Assert.DoesNotContain(done, result => result.Pool);
    }

    [Fact(Timeout = Hung)]
    public async Task Threads_of_one_executor_work_side_by_side_and_pending_counts_what_they_have()
    {
        using var together = new Barrier(3);
        var pending = Channel.CreateUnbounded<int>();
        Spawn("worker", (self, message) =>
        {
            var executor = self.World.Executor("heavy", threads: 3);
            for (var i = 0; message is "go" && i < 3; i++)
                self.World.Run(executor, () => together.SignalAndWait(Hung), met => met, failure => failure);
            if (message is "go")
                pending.Writer.TryWrite(3);
            else if (message is true)
                pending.Writer.TryWrite(executor.Pending);
        }).Tell("go");
        var counts = new List<int>();
        while (counts.Count < 4)
            counts.Add(await pending.Reader.ReadAsync());
        Assert.Equal(0, counts[^1]);
    }

    [Fact(Timeout = Hung)]
    public async Task A_restart_waits_for_running_work_and_drops_what_comes_back()
    {
        using var gate = new ManualResetEventSlim();
        var events = new ConcurrentQueue<object>();
        IExecutor? old = null;
        var failing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                events.Enqueue(message);
                if (message is "fail")
                {
                    failing.SetResult();
                    throw new InvalidOperationException("asked to fail");
                }

                if (message is "ping")
                    self.Reply("pong");
                if (message is "work")
                {
                    old = self.World.Executor("heavy");
                    self.World.Run(old, () => { gate.Wait(Hung); events.Enqueue("worked"); return 0; }, _ => "done", failure => failure);
                }
                else if (message is "reuse")
                    self.World.Run(old!, () => 0, _ => "done", failure => failure);
            }) { Stopping = _ => events.Enqueue("stop") }),
            "worker");
        actor.Tell("work");
        actor.Tell("fail");
        var settled = Settle(actor);
        await failing.Task;
        await Settle(Spawn("other", StopOnRequest));
        gate.Set();
        await settled;
        await Settle(actor);
        Assert.Equal(["work", "fail", "worked", "stop", "ping", "ping"], events);

        actor.Tell("reuse");
        await Settle(actor);
        Assert.Equal(["reuse", "stop", "ping"], events.Skip(6));
    }

    [Fact(Timeout = Hung)]
    public async Task Stopping_waits_for_the_work_that_was_handed_over()
    {
        using var gate = new ManualResetEventSlim();
        var events = new ConcurrentQueue<object>();
        var handedOver = new TaskCompletionSource();
        Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                for (var i = 0; i < 3; i++)
                    self.World.Run(self.World.Executor("heavy"), () => { gate.Wait(Hung); events.Enqueue("worked"); return 0; }, _ => "done", failure => failure);
                self.World.Stop(self.World.Self);
                handedOver.SetResult();
            }) { Stopping = _ => events.Enqueue("stop") }),
            "worker").Tell("go");
        await handedOver.Task;
        var stopped = Engine.StopAsync();
        await Task.Yield();
        Assert.False(stopped.IsCompleted);
        gate.Set();
        await stopped;
        Assert.Equal(["worked", "worked", "worked", "stop"], events);
    }

    [Fact(Timeout = Hung)]
    public async Task Blocked_executors_don_t_hold_up_other_actors()
    {
        using var gate = new ManualResetEventSlim();
        for (var i = 0; i < 8; i++)
        {
            Spawn($"worker{i}", (self, message) =>
            {
                if (message is "go")
                    self.World.Run(self.World.Executor("heavy", 4), () => gate.Wait(Hung), met => met, failure => failure);
            }).Tell("go");
        }

        Assert.Equal("pong", await Settle(Spawn("other", StopOnRequest)));
        gate.Set();
    }

    /// <summary>The turns that follow from work may be taken on the thread that did it.</summary>
    [Theory(Timeout = Hung)]
    [InlineData("more")]
    [InlineData("stop")]
    public async Task Messages_without_end_that_follow_from_work_don_t_hold_up_its_executor(string next)
    {
        using var gate = new ManualResetEventSlim();
        TaskCompletionSource spins = new(TaskCreationOptions.RunContinuationsAsynchronously), done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var spinner = Spawn("spinner", (self, message) => self.World.Self.Tell(message));
        var worker = Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                if (message is "ping")
                    self.Reply("pong");
                else if (message is "go")
                    self.World.Run(self.World.Executor("heavy"), () => gate.Wait(Hung), _ => "worked", failure => failure);
                else if (message is "more")
                    self.World.Run(self.World.Executor("heavy"), () => 0, _ => "worked more", failure => failure);
                else if (message is "stop")
                    self.World.Stop(self.World.Self);
                else if (message is "worked more")
                    done.SetResult();
                else if (message is "worked")
                {
                    spinner.Tell("spin");
                    spins.SetResult();
                }
            }) { Stopping = _ => done.TrySetResult() }),
            "worker");
        worker.Tell("go");
        await Settle(worker); // so that, nearly always, the work's end is what makes its turn ready
        gate.Set();
        await spins.Task;
        worker.Tell(next);
        await done.Task;
    }
}
