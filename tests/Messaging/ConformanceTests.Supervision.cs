using System.Threading.Channels;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public abstract partial class ConformanceTests
{
    [Fact(Timeout = Hung)]
    public async Task A_restart_keeps_ref_mailbox_and_watchers_and_drops_the_state()
    {
        var events = Channel.CreateUnbounded<string>();
        var instances = 0;
        var actor = Engine.Spawn(
            new Props(() =>
            {
                var id = ++instances;
                var count = 0;
                return new Script((self, message) =>
                {
                    if (message is "fail")
                        throw new InvalidOperationException("asked to fail");
                    if (message is "stop")
                        self.World.Stop(self.World.Self);
                    else
                        events.Writer.TryWrite($"{id}: message {++count}");
                })
                {
                    Starting = _ => events.Writer.TryWrite($"{id}: start"),
                    Stopping = _ => events.Writer.TryWrite($"{id}: stop"),
                };
            }),
            "phoenix");
        var watcher = await Watch(actor);
        foreach (var message in new[] { "count", "count", "fail", "count", "stop" })
            actor.Tell(message);
        Assert.Equal(new Terminated(actor), await watcher.ReadAsync());
        events.Writer.Complete();
        Assert.Equal(
            ["1: start", "1: message 1", "1: message 2", "1: stop", "2: start", "2: message 1", "2: stop"],
            await events.Reader.ReadAllAsync().ToListAsync());
        Assert.Equal(0, Engine.DeadLetters);
    }

    [Fact(Timeout = Hung)]
    public async Task The_parent_s_strategy_decides_by_the_failure()
    {
        var strategy = new SupervisorStrategy(
            failure => failure switch { TimeoutException => Directive.Resume, FormatException => Directive.Restart, _ => Directive.Stop }, 10, Long);
        var child = await SpawnChild(strategy, Counter);
        async Task<int> Count() => await child.Ask<int>("count", Long);

        Assert.Equal(1, await Count());
        Assert.Equal(2, await Count());
        child.Tell(new TimeoutException("resume"));
        Assert.Equal(3, await Count());
        child.Tell(new FormatException("restart"));
        Assert.Equal(1, await Count());
        var watcher = await Watch(child);
        child.Tell(new InvalidOperationException("stop"));
        Assert.Equal(new Terminated(child), await watcher.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task A_child_whose_restarts_are_used_up_within_the_window_is_stopped()
    {
        var strategy = new SupervisorStrategy(_ => Directive.Restart, 2, TimeSpan.FromSeconds(10));
        var child = await SpawnChild(strategy, Counter);
        var watcher = await Watch(child);
        async Task FailOnce()
        {
            await child.Ask<int>("count", Long);
            child.Tell(new FormatException("restart"));
            Assert.Equal(1, await child.Ask<int>("count", Long));
        }

        await FailOnce();
        await FailOnce();
        Clock.Advance(TimeSpan.FromSeconds(10));
        await FailOnce();
        await FailOnce();
        Clock.Advance(TimeSpan.FromSeconds(9));
        child.Tell(new FormatException("once too often"));
        Assert.Equal(new Terminated(child), await watcher.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task A_start_that_always_fails_uses_up_the_restarts()
    {
        var starts = 0;
        RootStrategy = new SupervisorStrategy(_ => Directive.Restart, 1_000, Long);
        var actor = Engine.Spawn(
            new Props(() => new Script((_, _) => { })
            {
                Starting = _ => throw new InvalidOperationException($"start {++starts}"),
            }),
            "stillborn");
        await (await Watch(actor)).ReadAsync();
        Assert.Equal(1_001, starts);
    }

    [Fact(Timeout = Hung)]
    public async Task An_escalated_failure_is_the_parent_s_own_and_its_restart_begins_with_new_children()
    {
        var children = Channel.CreateUnbounded<IActorRef>();
        var strategy = new SupervisorStrategy(_ => Directive.Escalate, 10, Long);
        Engine.Spawn(
            new Props(() => new Script((_, _) => { })
            {
                Strategy = strategy,
                Starting = self =>
                {
                    children.Writer.TryWrite(self.World.Spawn(Counter(), "first"));
                    children.Writer.TryWrite(self.World.Spawn(Counter(), "second"));
                },
            }),
            "parent");
        var (first, second) = (await children.Reader.ReadAsync(), await children.Reader.ReadAsync());
        var watcher = await Watch(second);
        first.Tell(new InvalidOperationException("too much for me"));
        Assert.Equal(new Terminated(second), await watcher.ReadAsync());
        var successor = await children.Reader.ReadAsync();
        Assert.Equal(first.Path, successor.Path);
        Assert.NotEqual(first, successor);
        Assert.Equal(1, await successor.Ask<int>("count", Long));
    }

    [Fact(Timeout = Hung)]
    public async Task A_failure_escalated_at_the_root_ends_the_engine_with_it()
    {
        RootStrategy = new SupervisorStrategy(_ => Directive.Escalate, 10, Long);
        Engine.Spawn(Counter(), "bystander");
        Engine.Spawn(Counter(), "fatal").Tell(new FormatException("diverged"));
        Assert.Equal("diverged", (await Assert.ThrowsAsync<FormatException>(() => Engine.Terminated)).Message);
        Assert.Null(Engine.Find("/bystander"));
    }

    [Fact(Timeout = Hung)]
    public async Task A_restart_ends_the_timers_watches_and_children_of_the_old_instance()
    {
        var mortal = Spawn("mortal", StopOnRequest);
        var seen = new List<object>();
        var starts = 0;
        var actor = Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                seen.Add(message);
                if (message is "fail")
                    throw new InvalidOperationException("asked to fail");
                if (message is "ping")
                    self.Reply("pong");
            })
            {
                Starting = self =>
                {
                    if (++starts > 1)
                        return;
                    self.World.Watch(mortal);
                    self.World.ScheduleRepeated("tick", TimeSpan.FromSeconds(1), "tick");
                    self.World.Spawn(Counter(), "child");
                },
            }),
            "phoenix");
        actor.Tell("fail");
        await Settle(actor);
        Assert.Null(Engine.Find("/phoenix/child"));
        Clock.Advance(TimeSpan.FromSeconds(5));
        var watcher = await Watch(mortal);
        mortal.Tell("stop");
        await watcher.ReadAsync();
        await Settle(actor);
        Assert.Equal(["fail", "ping", "ping"], seen);
    }

    /// <summary>Counts its messages; fails with an exception that it is sent.</summary>
    private static Props Counter() => new(() =>
    {
        var count = 0;
        return new Script((self, message) =>
        {
            if (message is Exception failure)
                throw failure;
            self.Reply(++count);
        });
    });

    private async Task<IActorRef> SpawnChild(SupervisorStrategy strategy, Func<Props> child)
    {
        var spawned = new TaskCompletionSource<IActorRef>();
        Engine.Spawn(
            new Props(() => new Script((_, _) => { })
            {
                Strategy = strategy,
                Starting = self => spawned.SetResult(self.World.Spawn(child(), "child")),
            }),
            "parent");
        return await spawned.Task;
    }
}
