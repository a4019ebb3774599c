using System.Threading.Channels;
using Kindred.Actors.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace Kindred.Tests.Messaging;

/// <summary>What every engine promises its actors. An engine's test class derives from this one and says how to make the engine.</summary>
public abstract partial class ConformanceTests : IAsyncDisposable
{
    /// <summary>Milliseconds after which a test that waits in vain fails.</summary>
    protected const int Hung = 60_000;

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly Lazy<IActorEngine> engine;

    protected ConformanceTests() =>
        engine = new(() => Make(new EngineOptions { Clock = Clock, Seed = 7, Supervision = RootStrategy }));

    protected FakeTimeProvider Clock { get; } = new();

    protected IActorEngine Engine => engine.Value;

    /// <summary>Set before the first use of <see cref="Engine"/>.</summary>
    protected SupervisorStrategy RootStrategy { get; set; } = SupervisorStrategy.Default;

    protected abstract IActorEngine Make(EngineOptions options);

    public virtual async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected IActorRef Spawn(string name, Action<Script, object> receive) => Engine.Spawn(Script.Props(receive), name);

    /// <summary>An actor that writes all that it gets to a channel, and watches what it is asked to.</summary>
    private (IActorRef Ref, ChannelReader<object> Inbox) Probe(string name = "probe")
    {
        var inbox = Channel.CreateUnbounded<object>();
        var actor = Spawn(name, (self, message) =>
        {
            if (message is WatchThis watch)
            {
                self.World.Watch(watch.Actor);
                self.Reply("watching");
            }
            else
                inbox.Writer.TryWrite(message);
        });
        return (actor, inbox.Reader);
    }

    /// <summary>A channel with a Terminated once the actor has stopped; watching from the return on.</summary>
    private async Task<ChannelReader<object>> Watch(IActorRef actor)
    {
        var (watcher, inbox) = Probe($"watcher-of{actor.Path.Replace('/', '-')}");
        await watcher.Ask<string>(new WatchThis(actor), Long);
        return inbox;
    }

    /// <summary>Returns once the actor has handled all that this caller sent it before.</summary>
    protected static Task<string> Settle(IActorRef actor) => actor.Ask<string>("ping", Long);

    private protected static void StopOnRequest(Script self, object message)
    {
        if (message is "stop")
            self.World.Stop(self.World.Self);
        else if (message is "ping")
            self.Reply("pong");
    }

    private sealed record WatchThis(IActorRef Actor);
}
