using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Kindred.Actors.Bulk;
using Kindred.Actors.Messaging;
using Kindred.Tests.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Tests.Cluster;

/// <summary>Nodes and brokers that die, pause and come back. The other node is a process of its own: this program's probe.</summary>
[Collection(BrokerTests.Name)]
public sealed class FailureTests(TestBroker broker) : IAsyncLifetime
{
    private const int Hung = 180_000;

    private readonly TestCluster cluster = new(broker.Process.Address);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact(Timeout = Hung)]
    public async Task A_node_that_leaves_is_removed_and_its_actors_end_for_who_watches_them()
    {
        var (a, b) = await cluster.PairAsync();
        TestCluster.Probe(b, "mortal");
        var remote = a.Cluster.Resolve(b.Cluster.Self, "/mortal");
        var ended = new TaskCompletionSource<object>();
        a.Spawn(new Props(() => new Script((_, message) => ended.TrySetResult(message)) { Starting = self => self.World.Watch(remote) }), "watcher");
        var news = TestCluster.Subscribe(a);
        await b.StopAsync();
        await TestCluster.Until(news, new MemberRemoved(b.Cluster.Self));
        Assert.Equal(new Terminated(remote), await ended.Task);
        Assert.Equal([a.Cluster.Self], a.Cluster.Members);
        await Assert.ThrowsAsync<DeadLetterException>(() => remote.Ask<string>("late", TimeSpan.FromMinutes(1)));
    }

    [Fact(Timeout = Hung)]
    public async Task A_killed_process_is_unreachable_and_removed_soon()
    {
        var a = await cluster.JoinAsync("a");
        var news = TestCluster.Subscribe(a);
        using var other = await OtherProcess.StartAsync(broker.Process.Address, cluster.Options.Cluster, "b");
        var node = await UpAsync(news, "b");
        var killed = Stopwatch.GetTimestamp();
        other.Kill();
        await TestCluster.Until(news, new MemberUnreachable(node));
        var noticed = Stopwatch.GetElapsedTime(killed); // 0.3 s on a machine that has nothing else to do
        await TestCluster.Until(news, new MemberRemoved(node));
        TestContext.Current.SendDiagnosticMessage($"unreachable after {noticed}, removed after {Stopwatch.GetElapsedTime(killed)}");
    }

    /// <summary>The one that looks for its queue when it is silent; it comes back.</summary>
    [Fact(Timeout = Hung)]
    public async Task A_probe_that_comes_back_is_no_message_of_an_actor()
    {
        var logs = new Warnings();
        await using var loud = new TestCluster(broker.Process.Address) { Logs = logs };
        var a = await loud.JoinAsync("a");
        var news = TestCluster.Subscribe(a);
        using var other = await OtherProcess.StartAsync(broker.Process.Address, loud.Options.Cluster, "b");
        var node = await UpAsync(news, "b");
        other.Kill();
        await TestCluster.Until(news, new MemberRemoved(node));
        Assert.Empty(logs.Lines);
    }

    [Fact(Timeout = Hung)]
    public async Task A_paused_process_is_removed_and_hears_of_it_when_it_goes_on()
    {
        var a = await cluster.JoinAsync("a");
        var news = TestCluster.Subscribe(a);
        using var other = await OtherProcess.StartAsync(broker.Process.Address, cluster.Options.Cluster, "b");
        var node = await UpAsync(news, "b");
        other.Signal("STOP");
        await TestCluster.Until(news, new MemberUnreachable(node));
        await TestCluster.Until(news, new MemberRemoved(node));
        other.Signal("CONT");
        Assert.Equal($"removed {node.Incarnation}", await other.Output.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task A_short_pause_is_survived()
    {
        var a = await cluster.JoinAsync("a");
        var news = TestCluster.Subscribe(a);
        using var other = await OtherProcess.StartAsync(broker.Process.Address, cluster.Options.Cluster, "b");
        var node = await UpAsync(news, "b");
        other.Signal("STOP");
        await TestCluster.Until(news, new MemberUnreachable(node));
        other.Signal("CONT");
        Assert.DoesNotContain(new MemberRemoved(node), await TestCluster.Until(news, new MemberReachable(node)));
        Assert.Equal("pong", await a.Cluster.Resolve(node, "/echo").Ask<string>("pong", TimeSpan.FromMinutes(1)));
    }

    [Fact(Timeout = Hung)]
    public async Task A_broker_that_is_killed_and_started_again_costs_nobody_its_membership()
    {
        var (a, b) = await cluster.PairAsync();
        b.Spawn(Script.Props((self, message) => self.Reply(message)), "echo");
        var remote = a.Cluster.Resolve(b.Cluster.Self, "/echo");
        Assert.Equal("before", await remote.Ask<string>("before", TimeSpan.FromMinutes(1)));
        var (newsA, newsB) = (TestCluster.Subscribe(a), TestCluster.Subscribe(b));
        broker.Process.Kill();
        await Until(() => !a.Cluster.IsConnected && !b.Cluster.IsConnected);
        await broker.Process.StartAgainAsync(TestContext.Current.CancellationToken);
        await Until(() => a.Cluster.IsConnected && b.Cluster.IsConnected);
        await AnsweredAsync(remote);
        foreach (var news in new[] { newsA, newsB })
        {
            while (news.TryRead(out var change))
                Assert.IsNotType<MemberRemoved>(change);
        }
    }

    [Fact(Timeout = Hung)]
    public async Task A_watch_outlives_the_broker()
    {
        var (a, b) = await cluster.PairAsync();
        var (mortal, _) = TestCluster.Probe(b, "mortal");
        var remote = a.Cluster.Resolve(b.Cluster.Self, "/mortal");
        var ended = new TaskCompletionSource<object>();
        a.Spawn(new Props(() => new Script((_, message) => ended.TrySetResult(message)) { Starting = self => self.World.Watch(remote) }), "watcher");
        broker.Process.Kill();
        await Until(() => !b.Cluster.IsConnected);
        b.Spawn(Script.Props((self, _) => self.World.Stop(mortal)), "killer").Tell("go");
        await Until(() => b.Find("/mortal") is null);
        await broker.Process.StartAgainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new Terminated(remote), await ended.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task A_second_node_of_a_name_is_refused_and_the_first_one_goes_on()
    {
        var a = await cluster.JoinAsync("a");
        var first = await cluster.JoinAsync("b", incarnation: 5);
        var news = TestCluster.Subscribe(a);
        await TestCluster.Until(news, new MemberUp(first.Cluster.Self));
        foreach (var incarnation in new[] { 4, 6 })
            Assert.StartsWith("name=b: ", (await Assert.ThrowsAsync<LinkException>(() => cluster.JoinAsync("b", incarnation))).Message, StringComparison.Ordinal);
        first.Spawn(Script.Props((self, message) => self.Reply(message)), "echo");
        Assert.Equal("pong", await a.Cluster.Resolve(first.Cluster.Self, "/echo").Ask<string>("pong", TimeSpan.FromMinutes(1)));
        Assert.False(first.Terminated.IsCompleted);
        var later = await cluster.JoinAsync("c");
        Assert.DoesNotContain(new MemberRemoved(first.Cluster.Self), await TestCluster.Until(news, new MemberUp(later.Cluster.Self)));
    }

    private sealed class Warnings : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private static async Task<Node> UpAsync(ChannelReader<object> news, string name)
    {
        while (true)
        {
            if (await news.ReadAsync(TestContext.Current.CancellationToken) is MemberUp(var node) && node.Name == name)
                return node;
        }
    }

    /// <summary>Asks until an answer comes: what is sent while nodes find each other again may be lost.</summary>
    private static async Task AnsweredAsync(IActorRef remote)
    {
        while (true)
        {
            try
            {
                Assert.Equal("after", await remote.Ask<string>("after", TimeSpan.FromSeconds(1)));
                return;
            }
            catch (Exception lost) when (lost is TimeoutException or DeadLetterException)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
            await look.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }
}
