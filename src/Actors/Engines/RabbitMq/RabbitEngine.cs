using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq.Wire;
using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>
/// One node of a cluster that talks through a RabbitMQ broker: its own actors run as on the local engine, those of other nodes are
/// reached by messages. Tensors don't travel through the broker but over the bulk plane.
/// </summary>
public sealed class RabbitEngine : IActorEngine, IBrokerEvents
{
    /// <summary>The client library writes and reads on the thread pool, which must never be without a thread for that.</summary>
    private const int SparePoolThreads = 16;

    private readonly LocalEngine local;
    private readonly RabbitCluster cluster;
    private readonly Remoting remoting;
    private readonly BrokerLink link;
    private readonly HeartbeatThread heartbeats;
    private readonly Refusals refusals;
    private readonly ILogger log;

    private RabbitEngine(EngineOptions engine, RabbitOptions rabbit, IBulkPlane bulk)
    {
        KeepPoolThreads();
        log = engine.Logs.CreateLogger<RabbitEngine>();
        refusals = new Refusals(log, rabbit.Clock);
        cluster = new RabbitCluster(engine.Node, rabbit, log) { MakeRef = RefTo, OnRemoved = Removed, OnOwnRemoval = OwnRemoval };
        local = new LocalEngine(engine, _ => cluster, PoolTurns.Instance);
        remoting = new Remoting(local, bulk, new MessageTypes(rabbit.Messages), refusals, log)
        {
            Locate = cluster.AddressOf, IsRemoved = cluster.IsRemoved, Post = Post,
        };
        var farewell = WireHeader.Frame(new Notice(NoticeKind.Left, engine.Node, ""));
        link = new BrokerLink(rabbit, $"{engine.Node.Name}.{engine.Node.Incarnation}", this, farewell, log);
        heartbeats = new HeartbeatThread(link, cluster, remoting, rabbit.Membership.HeartbeatPeriod, log);
        Terminated = EndAsync();
        link.Start();
    }

    public ICluster Cluster => cluster;

    public long DeadLetters => local.DeadLetters;

    public Task Terminated { get; }

    /// <summary>
    /// Connects to the broker, waiting for it as long as it takes, and becomes a member. The engine doesn't dispose the bulk plane.
    /// </summary>
    /// <exception cref="LinkException">The broker may not be used, or refuses this node, or another node has its name; says why.</exception>
    /// <exception cref="RemovedException">
    /// The cluster knows a later incarnation of this name. Where it says so only after this has returned, <see cref="Terminated"/> fails with it.
    /// </exception>
    /// <exception cref="OperationCanceledException"></exception>
    public static async Task<RabbitEngine> JoinAsync(EngineOptions engine, RabbitOptions rabbit, IBulkPlane bulk, CancellationToken cancel)
    {
        rabbit.Check();
        var joining = new RabbitEngine(engine, rabbit, bulk);
        try
        {
            await joining.link.Opened.WaitAsync(cancel);
            joining.heartbeats.Wake();
            await joining.cluster.Joined.WaitAsync(cancel);
            return joining;
        }
        catch
        {
            await joining.StopAsync();
            throw;
        }
    }

    public IActorRef Spawn(Props props, string name) => local.Spawn(props, name);

    public IActorRef? Find(string path) => local.Find(path);

    public void OnDeadLetter(Action<DeadLetter> handler) => local.OnDeadLetter(handler);

    public async Task StopAsync()
    {
        await local.StopAsync();
        await Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    void IBrokerEvents.Delivered(ReadOnlySpan<byte> message) => remoting.Take(message);

    void IBrokerEvents.Noticed(ReadOnlySpan<byte> notice)
    {
        try
        {
            var heard = WireHeader.ParseNotice(notice);
            cluster.Hear(heard);
            if (heard.Kind == NoticeKind.Heartbeat && heard.Node == cluster.Self && !cluster.IsConnected)
                heartbeats.Wake();
        }
        catch (WireException wrong)
        {
            refusals.Add(wrong);
        }
    }

    void IBrokerEvents.Returned(string queue, ReadOnlySpan<byte> message)
    {
        cluster.MissQueue(queue);
        remoting.TakeBack(message);
    }

    void IBrokerEvents.ProbeReturned(string queue) => cluster.MissQueue(queue);

    private bool Post(string address, byte[] message) => link.TrySend(address, message);

    private IActorRef RefTo(Node node, string path) => node == cluster.Self ? new PathRef(local, path) : remoting.Resolve(node, path);

    private void Removed(Node node) => remoting.EndWatches(node);

    private void OwnRemoval(RemovedException why) => local.Fail(why);

    /// <summary>When all actors have stopped: sends what they said last, says that this node leaves, and closes the connection.</summary>
    private async Task EndAsync()
    {
        await local.Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await link.DisposeAsync();
        heartbeats.Dispose();
        remoting.Dispose();
        await local.Terminated;
    }

    private static void KeepPoolThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        if (workers < SparePoolThreads)
            ThreadPool.SetMinThreads(SparePoolThreads, completions);
    }
}
