using System.Globalization;
using System.Text.Json.Nodes;
using Kindred.Host.Training;
using Kindred.Tests.Cluster;

namespace Kindred.Tests.EndToEnd;

/// <summary>Nodes as processes of their own, on a private broker, end in the state of one process on the local engine.</summary>
[Collection(BrokerTests.Name)]
public sealed class ClusterTests(TestBroker broker, ClusterTests.Alone alone) : IClassFixture<ClusterTests.Alone>, IDisposable
{
    private const long Last = 60;
    private const string Coordinating = "coordinator,data,keeper";

    private const string Settings =
        "data.path=cifar model=resnet8 batch=16 epochs=15 eval.every=0 fnc.start=1 negatives=bank bank.length=256 ema=0.99 "
        + "shards=2 threads=1 precision=fp32 checkpoint.every=10 progress.every=1ms";

    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void Three_processes_end_in_the_bits_of_one()
    {
        using var a = Start("a", Coordinating);
        using var b = StartWorker("b");
        using var c = StartWorker("c");
        Assert.Contains($"done at step {Last}", a.End().Succeeds().Output, StringComparison.Ordinal);
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
    }

    /// <summary>As docs/cluster starts nodes on one machine: only the coordinator is told the run's settings.</summary>
    [Fact]
    public void Only_a_coordinator_makes_the_run_and_others_wait_for_it()
    {
        using var b = work.Start($"{Node("b", "worker")} devices=cpu");
        b.UntilSaid("waits for a node with the role coordinator to make r");
        Assert.False(Directory.Exists(work["r"]));
        using var c = work.Start($"{Node("c", "data,keeper")} batch=32");
        c.UntilSaid("waits for a node with the role coordinator to make r");
        using var d = work.Start(Node("d", "keeper"));
        d.UntilSaid("waits for a node with the role coordinator to make r");
        Assert.Contains("left before it had joined", Ended(d).Output, StringComparison.Ordinal);
        using var a = Start("a", Coordinating);
        c.End().Fails(2, "batch=32 was given", "batch=16");
        a.End().Succeeds();
        b.End().Succeeds();
        EndedLikeOne();
    }

    /// <summary>The node that makes the run coordinates it; the one that could follow comes when it has begun.</summary>
    [Fact]
    public void A_worker_a_keeper_and_a_coordinator_that_are_killed_leave_no_trace()
    {
        const string Two = "cluster.workers=2"; // at the beginning; later terms go on with one
        using var a = Start("a", "coordinator,data", Two);
        using var k = Start("k", "keeper", Two);
        using var c = Start("c", "worker", $"devices=cpu {Two}");
        using var d = Start("d", "worker", $"devices=cpu {Two}");
        a.UntilStep(1);
        using var b = Start("b", Coordinating, Two);
        a.UntilStep(8);
        d.Signal("KILL");
        a.UntilStep(16);
        k.Signal("KILL");
        a.UntilStep(24).Signal("KILL");
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
        Assert.True(work.Commits("r").GroupBy(at => at.Term).MaxBy(term => term.Key)!.Min(at => at.Step) > 10); // a checkpoint was there to go on from
    }

    [Fact]
    public void A_coordinator_that_was_paused_until_another_took_over_changes_nothing()
    {
        using var a = Start("a", Coordinating);
        using var c = StartWorker("c");
        a.UntilStep(1);
        using var b = Start("b", Coordinating);
        b.UntilSaid("joined");
        a.UntilStep(5).Signal("STOP");
        b.UntilStep(1);
        var lines = Metrics();
        a.Signal("CONT");
        a.End().Succeeds();
        b.End().Succeeds();
        c.End().Succeeds();
        // A step that it had found to be of the newest term when it was paused; that it doesn't count is seen below.
        Assert.InRange(Metrics().Skip(lines.Length).Count(line => line.Contains("\"term\":1,", StringComparison.Ordinal)), 0, 1);
        EndedLikeOne();
    }

    [Fact]
    public void SIGTERM_leaves_and_the_others_go_on()
    {
        using var a = Start("a", Coordinating);
        using var c = StartWorker("c");
        using var d = StartWorker("d");
        a.UntilStep(1);
        using var b = Start("b", Coordinating);
        a.UntilStep(5);
        Left(d, "d");
        a.UntilStep(10);
        Left(a, "a");
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
    }

    [Theory]
    [InlineData(Coordinating, "worker")]
    [InlineData("worker", Coordinating)]
    public void SIGTERM_to_the_only_node_of_a_role_saves_the_state_first(string stays, string leaves)
    {
        const string Rarely = "devices=cpu checkpoint.every=0";
        using var a = Start("a", stays, Rarely);
        using (var c = Start("c", leaves, Rarely))
        {
            (stays == Coordinating ? a : c).UntilStep(5);
            Left(c, "c");
        }

        using var d = Start("d", leaves, Rarely);
        a.End().Succeeds();
        d.End().Succeeds();
        EndedLikeOne();
        var goesOn = Assert.Single(Metrics(), line => line.Contains("\"rollback\"", StringComparison.Ordinal) || line.Contains("\"resume\"", StringComparison.Ordinal));
        Assert.True((long)JsonNode.Parse(goesOn)!["step"]! >= 5);
    }

    [Fact]
    public void Stop_ends_a_run_whose_workers_are_gone()
    {
        using var a = Start("a", Coordinating);
        using var c = StartWorker("c");
        a.UntilStep(25);
        c.Signal("KILL");
        a.UntilSaid("waits for a worker");
        while (!work.Run("status r").Succeeds().Output.Contains("waits for a worker", StringComparison.Ordinal))
            Assert.False(a.HasEnded);
        Assert.Contains("stopped at step", work.Run("stop r").Succeeds().Output, StringComparison.Ordinal);
        a.End().Succeeds();
        var status = work.Run("status r").Succeeds().Output;
        var saved = Between(status, "newest checkpoint at step ", "\n");
        Assert.InRange(long.Parse(saved, CultureInfo.InvariantCulture), 10, Last - 1);
        Assert.Contains($"ended at step {saved} ", status, StringComparison.Ordinal);
    }

    [Fact]
    public void SIGTERM_ends_a_node_that_is_left_without_a_coordinator()
    {
        using var a = Start("a", Coordinating);
        using var c = StartWorker("c");
        a.UntilStep(1);
        a.Signal("KILL");
        c.UntilSaid("waits for a node with the role coordinator");
        Left(c, "c");
    }

    [Fact]
    public void Stop_saves_and_ends_all_and_nodes_go_on_from_there()
    {
        using (var a = Start("a", Coordinating))
        using (var b = StartWorker("b"))
        {
            a.UntilStep(1);
            while (!work.Run("status r").Succeeds().Output.Contains("coordinates it under term 1", StringComparison.Ordinal))
                Assert.False(a.HasEnded);
            Assert.Contains("stopped at step", work.Run("stop r").Succeeds().Output, StringComparison.Ordinal);
            a.End().Succeeds();
            b.End().Succeeds();
        }

        var last = work.Steps("r").Max();
        var status = work.Run("status r").Succeeds().Output;
        Assert.Contains($"ended at step {last} ", status, StringComparison.Ordinal);
        Assert.Contains($"newest checkpoint at step {last}\n", status, StringComparison.Ordinal);
        work.Run("stop r").Fails(4, "nobody trains it now");
        using var again = Start("a", "coordinator,data,keeper,worker", "devices=cpu");
        Assert.Contains($"done at step {Last}", again.End().Succeeds().Output, StringComparison.Ordinal);
        EndedLikeOne();
    }

    /// <summary>With the same secret, node names and broker, and both at once.</summary>
    [Fact]
    public void A_copy_of_a_run_is_a_run_of_its_own()
    {
        const string All = "node name=a devices=cpu";
        using (var a = work.Start($"{All} run=r cluster.broker={broker.Process.Address} {Settings}"))
        {
            a.UntilStep(5);
            Assert.Contains("stopped at step", Ended(a).Output, StringComparison.Ordinal);
        }

        work.Copy("r", "copy");
        using var original = work.Start($"{All} run=r cluster.broker={broker.Process.Address}");
        using var copy = work.Start($"{All} run=copy cluster.broker={broker.Process.Address}");
        original.UntilSaid("joined");
        copy.UntilSaid("joined");
        original.End().Succeeds();
        copy.End().Succeeds();
        EndedLikeOne();
        Assert.Equal(alone.State, work.State("copy"));
        Assert.Equal(work.Steps("r").Order(), work.Steps("copy").Order());
    }

    /// <summary>As on a machine that sees the run's files under other inode numbers.</summary>
    [Fact]
    public void A_node_that_finds_the_run_in_another_cluster_ends()
    {
        using var a = Start("a", Coordinating, "epochs=5000");
        using var b = Start("b", "worker", "devices=cpu epochs=5000");
        a.UntilStep(1);
        while (!work.Run("status r").Succeeds().Output.Contains("workers with the run's state: b/training/worker-0", StringComparison.Ordinal))
            Assert.False(a.HasEnded);
        File.Copy(work["r/secret"], work["r/other"]);
        File.Move(work["r/other"], work["r/secret"], overwrite: true);
        using var c = work.Start($"{Node("c", "coordinator,data,keeper,worker")} devices=cpu");
        c.End().Fails(2, " coordinates it in a cluster of another name, for r/secret has another inode");
        work.Run("stop r").Succeeds();
        a.End().Succeeds();
        b.End().Succeeds();
    }

    /// <summary>A worker dies on the way, and one that stands by goes on.</summary>
    [Fact]
    public void Nodes_with_local_steps_end_in_the_bits_of_one_process()
    {
        const string Local = "consistency=local local.steps=2";
        using var a = Start("a", Coordinating, Local);
        using var c = Start("c", "worker", $"devices=cpu {Local}");
        using var d = Start("d", "worker", $"devices=cpu {Local}");
        a.UntilStep(3);
        d.Signal("KILL");
        a.End().Succeeds();
        c.End().Succeeds();
        work.Run($"train {Settings} devices=cpu run=one {Local}").Succeeds();
        Assert.Equal(work.State("one"), work.State("r"));
        Assert.Equal(work.Steps("one").Order(), work.Steps("r").Order());
    }

    /// <summary>A commit is a shard here.</summary>
    [Fact]
    public void Nodes_in_async_commit_every_shard_once_though_a_worker_and_the_coordinator_die()
    {
        const string Async = "consistency=async staleness=3 checkpoint.every=5 bank.length=4096";
        using var a = Start("a", "coordinator,data", Async);
        using var k = Start("k", "keeper", Async);
        using var c = Start("c", "worker", $"devices=cpu {Async}");
        using var d = Start("d", "worker", $"devices=cpu {Async}");
        a.UntilStep(1);
        using var b = Start("b", Coordinating, Async);
        a.UntilStep(20);
        d.Signal("KILL");
        a.UntilStep(40).Signal("KILL");
        b.End().Succeeds();
        c.End().Succeeds();
        k.End().Succeeds();
        Assert.Equal(Enumerable.Range(1, 2 * (int)Last).Select(step => (long)step), work.Steps("r").Order());
        work.SawEverySampleOnce("r", commits: 2 * Last, perEpoch: 8, views: 4);
    }

    [Fact]
    public void Divergence_ends_every_node_with_its_exit_code()
    {
        using var a = Start("a", Coordinating, "lr=1e30");
        using var b = Start("b", "worker", "devices=cpu lr=1e30");
        a.End().Fails(5, "diverged");
        b.End().Fails(5, "diverged");
    }

    [Fact]
    public void Newcomers_that_differ_are_refused_with_a_line_that_says_in_what()
    {
        using var a = Start("a", Coordinating);
        a.UntilSaid("waits for a worker");
        var node = Node("x", "worker");
        work.Run($"{node} batch=32 devices=cpu").Fails(2, "batch=32 was given", "batch=16");
        work.WriteCifar("other/data_batch_1.bin", 63);
        work.WriteCifar("other/test_batch.bin", 20);
        work.Run($"{node} data.path=other devices=cpu").Fails(3, "images) isn't the one that r began with");
        File.WriteAllText(work["other/secret"], "open sesame");
        work.Run($"{node} cluster.secret=other/secret devices=cpu").Fails(2, "other/secret isn't the secret");
        File.WriteAllText(work["r/probe"], "0123");
        work.Run($"{node} devices=cpu").Fails(2, "other bits", "bit_exact=false");
        var versions = JsonNode.Parse(File.ReadAllText(work["r/versions.json"]))!;
        versions[RunStart.ProtocolKey] = "0";
        File.WriteAllText(work["r/versions.json"], versions.ToJsonString());
        work.Run($"{node} devices=cpu").Fails(2, "under protocol 0");
        Assert.Contains("stopped at step 0", Ended(a).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_a_broker_says_so_and_waits_until_SIGTERM()
    {
        using var a = work.Start($"node name=a run=r cluster.broker=amqp://127.0.0.1:1/ {Settings}");
        a.UntilSaid("waits for the broker at amqp://127.0.0.1:1/");
        Assert.Contains("left before it had joined", Ended(a).Output, StringComparison.Ordinal);
    }

    private static void Left(Program node, string name) => Assert.Contains($"{name} left", Ended(node).Output, StringComparison.Ordinal);

    /// <summary>By SIGTERM.</summary>
    private static Ended Ended(Program node)
    {
        node.Signal("TERM");
        var ended = node.End();
        Assert.Equal(0, ended.Code);
        return ended;
    }

    private static string Between(string text, string before, string after) => text.Split(before)[1].Split(after)[0];

    private string[] Metrics() => File.ReadAllLines(work["r/metrics.jsonl"]);

    private void EndedLikeOne()
    {
        Assert.Equal(alone.State, work.State("r"));
        Assert.Equal(Enumerable.Range(1, (int)Last).Select(step => (long)step), work.Steps("r").Order());
    }

    private Program Start(string name, string roles, string more = "") => work.Start($"{Node(name, roles)} {Settings} {more}");

    private Program StartWorker(string name) => Start(name, "worker", "devices=cpu");

    private string Node(string name, string roles) =>
        $"node name={name} roles={roles} run=r cluster.broker={broker.Process.Address}";

    /// <summary>The same run by one process.</summary>
    public sealed class Alone() : Undisturbed($"train {Settings} devices=cpu run=r");
}
