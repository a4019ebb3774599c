using System.Collections.Concurrent;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public abstract partial class ConformanceTests
{
    [Fact(Timeout = Hung)]
    public async Task A_watcher_hears_that_an_actor_stopped_and_hears_at_once_when_it_already_has()
    {
        var actor = Spawn("mortal", StopOnRequest);
        var watcher = await Watch(actor);
        actor.Tell("stop");
        Assert.Equal(new Terminated(actor), await watcher.ReadAsync());
        Assert.Null(Engine.Find("/mortal"));

        var (late, inbox) = Probe();
        await late.Ask<string>(new WatchThis(actor), Long);
        Assert.Equal(new Terminated(actor), await inbox.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task After_unwatch_no_Terminated_arrives()
    {
        var actor = Spawn("mortal", StopOnRequest);
        var seen = new List<object>();
        var watcher = Spawn("fickle", (self, message) =>
        {
            seen.Add(message);
            if (message is "watch" or "both")
                self.World.Watch(actor);
            if (message is "unwatch" or "both")
                self.World.Unwatch(actor);
            if (message is "ping")
                self.Reply("pong");
        });
        watcher.Tell("watch");
        watcher.Tell("unwatch");
        await Settle(watcher);
        var other = await Watch(actor);
        actor.Tell("stop");
        await other.ReadAsync();
        watcher.Tell("both"); // the dead actor still answers the watch, too late
        await Settle(watcher);
        var (late, inbox) = Probe();
        await late.Ask<string>(new WatchThis(actor), Long);
        await inbox.ReadAsync();
        await Settle(watcher);
        Assert.Equal(["watch", "unwatch", "ping", "both", "ping", "ping"], seen);
    }

    [Fact(Timeout = Hung)]
    public async Task What_waits_in_a_stopped_mailbox_and_what_comes_later_becomes_dead_letters()
    {
        var dead = new ConcurrentQueue<DeadLetter>();
        Engine.OnDeadLetter(dead.Enqueue);
        var actor = Spawn("mortal", (self, _) =>
        {
            self.World.Self.Tell("waiting");
            self.World.Stop(self.World.Self);
        });
        var watcher = await Watch(actor);
        actor.Tell("go");
        await watcher.ReadAsync();
        Assert.Equal("waiting", Assert.Single(dead).Message);
        await Assert.ThrowsAsync<DeadLetterException>(() => actor.Ask<string>("late", Long));
        Assert.Equal(["waiting", "late"], dead.Select(letter => letter.Message));
    }

    [Fact(Timeout = Hung)]
    public async Task Children_stop_before_their_parent_and_watchers_hear_last()
    {
        var stops = new ConcurrentQueue<string>();
        Props Node(string name, Props? child) => new(() => new Script((_, _) => { })
        {
            Starting = self =>
            {
                if (child is not null)
                    self.World.Spawn(child, "child");
            },
            Stopping = _ => stops.Enqueue(name),
        });
        var root = Engine.Spawn(Node("root", Node("middle", Node("leaf", null))), "root");
        var (stopper, inbox) = Probe();
        await stopper.Ask<string>(new WatchThis(root), Long);
        Spawn("killer", (self, _) => self.World.Stop(root)).Tell("go");
        await inbox.ReadAsync();
        Assert.Equal(["leaf", "middle", "root"], stops);
        Assert.Null(Engine.Find("/root/child"));
    }

    [Fact(Timeout = Hung)]
    public async Task A_name_is_taken_until_its_actor_has_stopped_and_the_next_one_is_another_actor()
    {
        var first = Spawn("name", StopOnRequest);
        Assert.Contains("/name", Assert.Throws<InvalidOperationException>(() => Spawn("name", StopOnRequest)).Message, StringComparison.Ordinal);
        var watcher = await Watch(first);
        first.Tell("stop");
        await watcher.ReadAsync();

        var second = Spawn("name", StopOnRequest);
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
        Assert.Equal(second, Engine.Find("/name"));
        Assert.Equal("pong", await Settle(second));
        await Assert.ThrowsAsync<DeadLetterException>(() => Settle(first));
    }

    [Fact(Timeout = Hung)]
    public async Task A_child_s_name_is_free_when_its_parent_hears_that_it_stopped()
    {
        var generations = new TaskCompletionSource<int>();
        var count = 0;
        Engine.Spawn(
            new Props(() =>
            {
                void SpawnChild(Script self)
                {
                    var child = self.World.Spawn(Script.Props(StopOnRequest), "child");
                    self.World.Watch(child);
                    child.Tell("stop");
                }

                return new Script((self, _) =>
                {
                    if (++count == 100)
                        generations.SetResult(count);
                    else
                        SpawnChild(self);
                }) { Starting = SpawnChild };
            }),
            "parent");
        Assert.Equal(100, await generations.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task Stopping_the_engine_stops_all_actors_and_refuses_new_ones()
    {
        var (starts, stops) = (0, 0);
        var started = new TaskCompletionSource();
        Props Node(int depth) => new(() => new Script((_, _) => { })
        {
            Starting = self =>
            {
                for (var i = 0; i < 3 && depth > 0; i++)
                    self.World.Spawn(Node(depth - 1), $"child{i}");
                if (Interlocked.Increment(ref starts) == 40)
                    started.SetResult();
            },
            Stopping = _ => Interlocked.Increment(ref stops),
        });
        Engine.Spawn(Node(3), "tree");
        await started.Task;
        Assert.False(Engine.Terminated.IsCompleted);
        await Engine.StopAsync();
        Assert.True(Engine.Terminated.IsCompletedSuccessfully);
        Assert.Equal(40, stops);
        Assert.Null(Engine.Find("/tree"));
        Assert.Throws<InvalidOperationException>(() => Spawn("late", StopOnRequest));
    }

    [Fact(Timeout = Hung)]
    public async Task The_context_is_refused_to_other_threads()
    {
        var context = new TaskCompletionSource<IActorContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        Spawn("leaky", (self, _) => context.SetResult(self.World)).Tell("go");
        var leaked = await context.Task;
        await Settle(Spawn("other", StopOnRequest));
        var error = Assert.Throws<InvalidOperationException>(() => leaked.Spawn(Script.Props(StopOnRequest), "child"));
        Assert.Contains("/leaky", error.Message, StringComparison.Ordinal);
    }
}
