using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public abstract partial class ConformanceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = Hung)]
    public async Task An_ask_returns_the_answer_and_its_timer_ends()
    {
        var echo = Spawn("echo", (self, message) => self.Reply(message));
        var ask = echo.Ask<string>("hello", Second);
        Assert.Equal("hello", await ask);
        Clock.Advance(Long);
        Assert.Equal("hello", await ask);
    }

    [Fact(Timeout = Hung)]
    public async Task An_unanswered_ask_fails_in_time_with_path_and_message_type()
    {
        var silent = Spawn("silent", (_, _) => { });
        var ask = silent.Ask<string>(new WatchThis(silent), Second);
        Clock.Advance(Second - TimeSpan.FromTicks(1));
        Assert.False(ask.IsCompleted);
        Clock.Advance(TimeSpan.FromTicks(1));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => ask);
        Assert.Contains("/silent", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(WatchThis), error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Hung)]
    public async Task A_late_answer_is_a_dead_letter_and_an_answer_of_another_type_an_error()
    {
        var dead = new TaskCompletionSource<DeadLetter>();
        Engine.OnDeadLetter(letter => dead.TrySetResult(letter));
        var answer = new TaskCompletionSource<IActorRef>();
        var actor = Spawn("actor", (self, message) =>
        {
            if (message is "wait")
                answer.SetResult(self.World.Sender!);
            else
                self.Reply(1);
        });
        var ask = actor.Ask<string>("wait", Second);
        var asker = await answer.Task;
        Clock.Advance(Second);
        await Assert.ThrowsAsync<TimeoutException>(() => ask);
        asker.Tell("late", actor);
        Assert.Equal("late", (await dead.Task).Message);
        var error = await Assert.ThrowsAsync<InvalidCastException>(() => actor.Ask<string>("number", Second));
        Assert.Contains("Int32", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Hung)]
    public async Task An_ask_that_waits_in_the_mailbox_of_an_actor_that_stops_fails_promptly()
    {
        IActorRef? actor = null;
        Task<string>? ask = null;
        actor = Spawn("mortal", (self, _) =>
        {
            ask = self.World.Self.Ask<string>("never seen", Long);
            self.World.Stop(self.World.Self);
        });
        var watcher = await Watch(actor);
        actor.Tell("go");
        await watcher.ReadAsync();
        await Assert.ThrowsAsync<DeadLetterException>(() => ask!);
    }

    [Fact(Timeout = Hung)]
    public async Task A_timer_ticks_once_and_a_repeated_one_each_period()
    {
        var actor = SpawnTimed(self =>
        {
            self.World.Schedule("once", 1.5 * Second, "once");
            self.World.ScheduleRepeated("often", Second, "often");
        }, out var seen);
        await Settle(actor);
        for (var half = 1; half <= 6; half++)
        {
            Clock.Advance(Second / 2 - TimeSpan.FromTicks(1));
            await Settle(actor);
            seen.Add(half);
            Clock.Advance(TimeSpan.FromTicks(1));
            await Settle(actor);
        }

        Assert.Equal([1, 2, "often", 3, "once", 4, "often", 5, 6, "often"], seen.Where(message => message is not "ping"));
    }

    [Fact(Timeout = Hung)]
    public async Task A_timer_replaces_the_one_of_the_same_key_even_if_that_one_s_tick_waits()
    {
        var actor = SpawnTimed(self =>
        {
            self.World.Schedule("key", Second, "replaced");
            self.World.Schedule("gone", Second, "cancelled");
            Clock.Advance(Second);
            self.World.Schedule("key", Second, "kept");
            self.World.Cancel("gone");
        }, out var seen);
        await Settle(actor);
        Clock.Advance(Second);
        await Settle(actor);
        Assert.Equal(["ping", "kept", "ping"], seen);
    }

    [Fact(Timeout = Hung)]
    public async Task Ticks_come_before_messages_and_those_not_yet_taken_are_merged()
    {
        var actor = SpawnTimed(self =>
        {
            self.World.Self.Tell("message");
            self.World.ScheduleRepeated("tick", Second, "tick");
            for (var i = 0; i < 5; i++)
                Clock.Advance(Second);
        }, out var seen);
        await Settle(actor);
        await Settle(actor);
        Assert.Equal(["tick", "message"], seen.Where(message => message is not "ping"));
    }

    private IActorRef SpawnTimed(Action<Script> starting, out List<object> seen)
    {
        var messages = new List<object>();
        seen = messages;
        return Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                messages.Add(message);
                if (message is "ping")
                    self.Reply("pong");
            }) { Starting = starting }),
            "timed");
    }
}
