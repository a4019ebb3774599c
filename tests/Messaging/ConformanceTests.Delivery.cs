using System.Collections.Concurrent;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public abstract partial class ConformanceTests
{
    [Fact(Timeout = Hung)]
    public async Task Messages_of_concurrent_senders_arrive_once_and_in_each_ones_order()
    {
        const int senders = 8, each = 10_000;
        var next = new int[senders];
        var (inside, errors) = (0, 0);
        var all = new TaskCompletionSource();
        var received = 0;
        var receiver = Engine.Spawn(
            Script.Props((_, message) =>
            {
                var (sender, number) = ((int, int))message;
                if (Interlocked.Increment(ref inside) != 1 || next[sender]++ != number)
                    errors++;
                Interlocked.Decrement(ref inside);
                if (++received == senders * each)
                    all.SetResult();
            }) with { MailboxCapacity = senders * each },
            "receiver");
        for (var sender = 0; sender < senders; sender++)
        {
            var me = sender;
            Spawn($"sender{me}", (self, _) =>
            {
                for (var number = 0; number < each; number++)
                    receiver.Tell((me, number), self.World.Self);
            }).Tell("go");
        }

        await all.Task;
        Assert.Equal(0, errors);
        Assert.Equal(0, Engine.DeadLetters);
    }

    [Fact(Timeout = Hung)]
    public async Task The_receiver_sees_who_sent()
    {
        var (probe, inbox) = Probe();
        var echo = Spawn("echo", (self, message) => self.Reply(message));
        echo.Tell("hello", probe);
        Assert.Equal("hello", await inbox.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task What_a_full_mailbox_refuses_becomes_dead_letters()
    {
        var dead = new ConcurrentQueue<DeadLetter>();
        Engine.OnDeadLetter(dead.Enqueue);
        var received = new List<object>();
        var last = new TaskCompletionSource();
        var narrow = Engine.Spawn(
            Script.Props((self, message) =>
            {
                received.Add(message);
                for (var i = 0; message is "fill" && i < 20; i++)
                    self.World.Self.Tell(i, self.World.Self);
                if (message is 7)
                    last.SetResult();
            }) with { MailboxCapacity = 8 },
            "narrow");
        narrow.Tell("fill");
        await last.Task;

        Assert.Equal(["fill", 0, 1, 2, 3, 4, 5, 6, 7], received);
        Assert.Equal(Enumerable.Range(8, 12), dead.Select(letter => (int)letter.Message));
        Assert.Equal(12, Engine.DeadLetters);
        Assert.All(dead, letter => Assert.Equal(narrow, letter.Receiver));
        Assert.All(dead, letter => Assert.Contains("full (8", letter.Reason, StringComparison.Ordinal));
    }

    [Fact(Timeout = Hung)]
    public async Task An_actor_may_send_to_itself()
    {
        var end = new TaskCompletionSource<int>();
        var steps = 0;
        Spawn("countdown", (self, message) =>
        {
            steps++;
            if ((int)message == 0)
                end.SetResult(steps);
            else
                self.World.Self.Tell((int)message - 1);
        }).Tell(10_000);
        Assert.Equal(10_001, await end.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task A_million_messages_between_many_actors_all_arrive()
    {
        const int actors = 64, tokens = 250, hops = 4_000;
        var received = new long[actors];
        var ended = 0;
        var end = new TaskCompletionSource();
        var refs = new IActorRef[actors];
        for (var i = 0; i < actors; i++)
        {
            var me = i;
            refs[i] = Spawn($"node{i}", (self, message) =>
            {
                received[me]++;
                var left = (int)message - 1;
                if (left > 0)
                    refs[self.World.Random.NextBelow(actors)].Tell(left, self.World.Self);
                else if (Interlocked.Increment(ref ended) == tokens)
                    end.SetResult();
            });
        }

        for (var token = 0; token < tokens; token++)
            refs[token % actors].Tell(hops);
        await end.Task;
        Assert.Equal(1_000_000, received.Sum());
        Assert.Equal(0, Engine.DeadLetters);
    }

    [Fact(Timeout = Hung)]
    public async Task Draws_are_a_function_of_seed_path_and_restart()
    {
        async Task<ulong[]> Draw(IActorEngine on, string name)
        {
            var actor = on.Spawn(Script.Props((self, message) =>
            {
                if (message is "fail")
                    throw new InvalidOperationException("asked to fail");
                self.Reply(self.World.Random.NextUInt64());
            }), name);
            var three = new List<ulong> { await actor.Ask<ulong>("draw", Long), await actor.Ask<ulong>("draw", Long) };
            actor.Tell("fail");
            three.Add(await actor.Ask<ulong>("draw", Long));
            return [.. three];
        }

        await using var again = Make(new EngineOptions { Clock = Clock, Seed = 7 });
        await using var other = Make(new EngineOptions { Clock = Clock, Seed = 8 });
        var draws = await Draw(Engine, "a");
        Assert.Equal(draws, await Draw(again, "a"));
        ulong[] all = [.. draws, .. await Draw(Engine, "b"), .. await Draw(other, "a")];
        Assert.Equal(9, all.Distinct().Count());
    }

    [Fact(Timeout = Hung)]
    public async Task A_subscriber_learns_the_members_and_resolves_their_actors()
    {
        var (probe, inbox) = Probe();
        Engine.Cluster.Subscribe(probe);
        Assert.Equal(new MemberUp(Engine.Cluster.Self), await inbox.ReadAsync());
        Assert.Contains(Engine.Cluster.Self, Engine.Cluster.Members);
        Engine.Cluster.Resolve(Engine.Cluster.Self, "/probe").Tell("found");
        Assert.Equal("found", await inbox.ReadAsync());

        await Assert.ThrowsAsync<DeadLetterException>(
            () => Engine.Cluster.Resolve(Engine.Cluster.Self, "/nobody").Ask<string>("hello", Long));
        Assert.True(Engine.Cluster.IsConnected);
    }

    [Fact(Timeout = Hung)]
    public async Task A_ref_to_a_path_reaches_whatever_lives_there_now()
    {
        var path = Engine.Cluster.Resolve(Engine.Cluster.Self, "/mortal");
        Assert.Equal(path, Engine.Cluster.Resolve(Engine.Cluster.Self, "/mortal"));
        for (var life = 0; life < 2; life++)
        {
            var actor = Spawn("mortal", StopOnRequest);
            Assert.NotEqual(path, actor);
            var (watcher, heard) = Probe($"watcher{life}");
            await watcher.Ask<string>(new WatchThis(actor), Long);
            Assert.Equal("pong", await Settle(path));
            path.Tell("stop");
            Assert.Equal(new Terminated(actor), await heard.ReadAsync());
        }

        await Assert.ThrowsAsync<DeadLetterException>(() => Settle(path));
    }

    [Fact(Timeout = Hung)]
    public async Task Who_watches_a_path_hears_of_the_actor_there_under_that_ref()
    {
        var path = Engine.Cluster.Resolve(Engine.Cluster.Self, "/mortal");
        var (early, heard) = Probe("early");
        await early.Ask<string>(new WatchThis(path), Long);
        Assert.Equal(new Terminated(path), await heard.ReadAsync());

        Spawn("mortal", StopOnRequest);
        await early.Ask<string>(new WatchThis(path), Long);
        path.Tell("stop");
        Assert.Equal(new Terminated(path), await heard.ReadAsync());
    }
}
