using System.Diagnostics;
using System.Threading.Channels;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Tests.Messaging;

namespace Kindred.Tests.Cluster;

/// <summary>What the conformance suite asks of actors on one node, asked across two.</summary>
[Collection(BrokerTests.Name)]
public sealed class RemotingTests(TestBroker broker) : IAsyncLifetime
{
    private const int Hung = 60_000;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly MemoryPlane planeOfB = new();
    private TestCluster cluster = null!;
    private RabbitEngine a = null!, b = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = new TestCluster(broker.Process.Address);
        (a, b) = await cluster.PairAsync(planeOfB);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private IActorRef FromA(string path) => a.Cluster.Resolve(b.Cluster.Self, path);

    [Fact(Timeout = Hung)]
    public async Task Messages_arrive_once_and_in_order_and_their_sender_can_be_answered()
    {
        var (_, inbox) = TestCluster.Probe(b, "sink");
        var (probe, answers) = TestCluster.Probe(a, "probe");
        for (var i = 0; i < 5_000; i++)
            FromA("/sink").Tell(i);
        for (var i = 0; i < 5_000; i++)
            Assert.Equal(i, await inbox.ReadAsync());

        b.Spawn(Script.Props((self, message) => self.Reply($"{message} to {self.World.Sender!.Path}")), "echo");
        FromA("/echo").Tell("hello", probe);
        Assert.Equal("hello to a/probe", await answers.ReadAsync());
        Assert.Equal(0, a.DeadLetters + b.DeadLetters);
    }

    [Fact(Timeout = Hung)]
    public async Task An_ask_is_answered_across_nodes_and_fails_promptly_where_nobody_is()
    {
        b.Spawn(Script.Props((self, message) => self.Reply((int)message + 1)), "successor");
        Assert.Equal(42, await FromA("/successor").Ask<int>(41, Long));
        var failure = await Assert.ThrowsAsync<DeadLetterException>(() => FromA("/nobody").Ask<int>(1, Long));
        Assert.Contains("no such actor", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeadLetterException>(
            () => a.Cluster.Resolve(new Node("stranger", 1, []), "/nobody").Ask<int>(1, Long));
    }

    [Fact(Timeout = Hung)]
    public async Task A_type_outside_of_the_protocol_is_refused_and_says_so()
    {
        var letter = new TaskCompletionSource<DeadLetter>();
        a.OnDeadLetter(dead => letter.TrySetResult(dead));
        FromA("/sink").Tell(new Uri("http://localhost"));
        Assert.Contains("System.Uri is no message of the protocol", (await letter.Task).Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = Hung)]
    public async Task Refs_keep_their_identity_over_the_wire()
    {
        var (sink, inbox) = TestCluster.Probe(a, "sink");
        b.Spawn(Script.Props((self, message) => self.Reply(message)), "mirror");
        FromA("/mirror").Tell(new ShareState(3, sink), sink);
        Assert.Equal(new ShareState(3, sink), await inbox.ReadAsync());

        var path = a.Cluster.Resolve(a.Cluster.Self, "/sink");
        FromA("/mirror").Tell(new ShareState(3, path), sink);
        Assert.Equal(new ShareState(3, path), await inbox.ReadAsync());
        FromA("/mirror").Tell(new ShareState(3, FromA("/mirror")), sink);
        Assert.Equal(new ShareState(3, FromA("/mirror")), await inbox.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task A_watcher_hears_that_an_actor_of_another_node_stopped_or_never_was()
    {
        var heard = Channel.CreateUnbounded<object>();
        var remote = FromA("/mortal");
        b.Spawn(Script.Props((self, message) =>
        {
            if (message is "stop")
                self.World.Stop(self.World.Self);
            else
                self.Reply("pong");
        }), "mortal");
        var actor = a.Spawn(Script.Props((self, message) =>
        {
            if (message is IActorRef watched)
                self.World.Watch(watched);
            else
                heard.Writer.TryWrite(message);
        }), "watcher");
        actor.Tell(remote);
        Assert.Equal("pong", await remote.Ask<string>("ping", Long));
        remote.Tell("stop");
        Assert.Equal(new Terminated(remote), await heard.Reader.ReadAsync());

        var nobody = FromA("/nobody");
        actor.Tell(nobody);
        Assert.Equal(new Terminated(nobody), await heard.Reader.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task An_actor_can_stop_one_of_another_node()
    {
        var (victim, _) = TestCluster.Probe(b, "victim");
        var gone = new TaskCompletionSource<object>();
        b.Spawn(
            new Props(() => new Script((_, message) => gone.TrySetResult(message)) { Starting = self => self.World.Watch(victim) }), "witness");
        a.Spawn(Script.Props((self, _) => self.World.Stop(FromA("/victim"))), "killer").Tell("go");
        Assert.Equal(new Terminated(victim), await gone.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task The_trace_goes_on_at_the_other_node()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ActorTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var seen = new TaskCompletionSource<ActivityTraceId>();
        b.Spawn(Script.Props((_, _) => seen.TrySetResult(Activity.Current?.TraceId ?? default)), "traced");
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C).Start();
        FromA("/traced").Tell("hello");
        Assert.Equal(root.TraceId, await seen.Task);
    }

    [Fact(Timeout = Hung)]
    public async Task Bundles_are_pulled_and_messages_keep_their_order_per_sender_and_receiver()
    {
        var first = new TaskCompletionSource();
        planeOfB.BeforePull = reference => first.Task;
        var (_, inbox) = TestCluster.Probe(b, "sink");
        var (_, other) = TestCluster.Probe(b, "other");
        FromA("/sink").Tell(new Views(1, 0, new TextBundle("x")));
        FromA("/sink").Tell(new ViewRequest(2, 0));
        FromA("/other").Tell("not behind data");
        Assert.Equal("not behind data", await other.ReadAsync());
        Assert.False(inbox.TryRead(out _));
        first.SetResult();
        var views = Assert.IsType<Views>(await inbox.ReadAsync());
        Assert.Equal("x", ((TextBundle)views.Bundle).Text);
        Assert.Equal(new ViewRequest(2, 0), await inbox.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task A_pull_that_fails_becomes_PullFailed_in_the_message_s_place()
    {
        planeOfB.BeforePull = _ => throw new PullException("the owner is cut off");
        var (_, inbox) = TestCluster.Probe(b, "sink");
        var (sender, _) = TestCluster.Probe(a, "sender");
        FromA("/sink").Tell(new Views(1, 0, new TextBundle("x")), sender);
        FromA("/sink").Tell("next", sender);
        var failed = Assert.IsType<PullFailed>(await inbox.ReadAsync());
        Assert.Equal(("a/sender", "the owner is cut off"), (failed.Owner.Path, failed.Reason));
        Assert.Equal("next", await inbox.ReadAsync());
    }
}
