using System.Threading.Channels;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Tests.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kindred.Tests.Cluster;

/// <summary>Engines that form a cluster of their own on a broker.</summary>
internal sealed class TestCluster(Uri broker) : IAsyncDisposable
{
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    public static readonly string[] AllRoles = ["coordinator", "data", "worker", "keeper"];

    private readonly List<RabbitEngine> engines = [];

    public RabbitOptions Options { get; init; } = new() { Broker = broker, Cluster = TestBroker.NewCluster() };

    public async Task<RabbitEngine> JoinAsync(string name, long incarnation = 1, MemoryPlane? plane = null)
    {
        var node = new Node(name, incarnation, AllRoles);
        var engine = await RabbitEngine.JoinAsync(
            new EngineOptions { Node = node, Logs = Logs }, Options, plane ?? new MemoryPlane(), TestContext.Current.CancellationToken);
        engines.Add(engine);
        return engine;
    }

    /// <summary>Two that see each other.</summary>
    public async Task<(RabbitEngine A, RabbitEngine B)> PairAsync(MemoryPlane? planeOfB = null)
    {
        var a = await JoinAsync("a");
        var news = Subscribe(a);
        var b = await JoinAsync("b", plane: planeOfB);
        await Until(news, new MemberUp(b.Cluster.Self));
        await Until(Subscribe(b), new MemberUp(a.Cluster.Self));
        return (a, b);
    }

    public static ChannelReader<object> Subscribe(IActorEngine engine)
    {
        var (actor, inbox) = Probe(engine, $"subscriber-{Guid.NewGuid()}");
        engine.Cluster.Subscribe(actor);
        return inbox;
    }

    /// <summary>An actor that writes all that it gets to a channel.</summary>
    public static (IActorRef Actor, ChannelReader<object> Inbox) Probe(IActorEngine engine, string name)
    {
        var inbox = Channel.CreateUnbounded<object>();
        return (engine.Spawn(Script.Props((_, message) => inbox.Writer.TryWrite(message)), name), inbox.Reader);
    }

    /// <summary>Reads up to and including <paramref name="expected"/>; what came before it.</summary>
    public static async Task<IReadOnlyList<object>> Until(ChannelReader<object> inbox, object expected)
    {
        var before = new List<object>();
        while (await inbox.ReadAsync(TestContext.Current.CancellationToken) is var message && !message.Equals(expected))
            before.Add(message);
        return before;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in engines)
            await engine.DisposeAsync();
    }
}
