using Kindred.Tests.Cluster;

namespace Kindred.Tests.EndToEnd;

/// <summary>Nodes as processes of their own, on a private broker, end in the state of one process on the local engine.</summary>
[Collection(BrokerTests.Name)]
public sealed class ClusterTests(TestBroker broker, ClusterTests.Alone alone) : IClassFixture<ClusterTests.Alone>, IDisposable
{
    private const string Settings =
        "data.path=cifar model=resnet8 batch=16 epochs=13 steps=50 eval.every=0 fnc.start=1 negatives=bank bank.length=256 ema=0.99 "
        + "shards=2 threads=1 precision=fp32 checkpoint.every=10 progress.every=1ms";

    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void Three_processes_end_in_the_bits_of_one()
    {
        using var first = Start("a", "coordinator,data,keeper");
        using var b = Start("b", "worker", "devices=cpu");
        using var c = Start("c", "worker", "devices=cpu");
        Assert.Contains("done at step 50", first.End().Succeeds().Output);
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
    }

    /// <summary>The node that makes the run coordinates it; the one that could follow comes when it has begun.</summary>
    [Fact]
    public void A_killed_worker_and_a_killed_coordinator_leave_no_trace()
    {
        using var a = Start("a", "coordinator,data,keeper");
        using var c = Start("c", "worker", "devices=cpu");
        using var d = Start("d", "worker", "devices=cpu");
        a.UntilStep(1);
        using var b = Start("b", "coordinator,data,keeper");
        a.UntilStep(10);
        d.Signal("KILL");
        a.UntilStep(20).Signal("KILL");
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
    }

    [Fact]
    public void SIGTERM_leaves_and_the_others_go_on()
    {
        using var a = Start("a", "coordinator,data,keeper");
        using var c = Start("c", "worker", "devices=cpu");
        a.UntilStep(1);
        using var b = Start("b", "coordinator,data,keeper");
        a.UntilStep(5).Signal("TERM");
        var left = a.End();
        Assert.Equal(0, left.Code);
        Assert.Contains("a left", left.Output);
        b.End().Succeeds();
        c.End().Succeeds();
        EndedLikeOne();
    }

    [Fact]
    public void Stop_saves_and_ends_all_and_nodes_go_on_from_there()
    {
        using (var a = Start("a", "coordinator,data,keeper"))
        using (var b = Start("b", "worker", "devices=cpu"))
        {
            a.UntilStep(5);
            Assert.Contains("stopped at step", work.Run("stop r").Succeeds().Output);
            a.End().Succeeds();
            b.End().Succeeds();
        }

        Assert.Contains("nobody trains it now", work.Run("stop r").Error);
        using var again = Start("a", ClusterRoles);
        Assert.Contains("done at step 50", again.End().Succeeds().Output);
        EndedLikeOne();
    }

    [Fact]
    public void Newcomers_that_differ_are_refused_with_a_line_that_says_in_what()
    {
        using var a = Start("a", "coordinator,data,keeper");
        using var b = Start("b", "worker", "devices=cpu");
        a.UntilStep(1);
        var node = Node("x", "worker");
        work.Run($"{node} batch=32 devices=cpu").Fails(2, "batch=32 was given", "batch=16");
        work.WriteCifar("other/data_batch_1.bin", 63);
        work.WriteCifar("other/test_batch.bin", 20);
        work.Run($"{node} data.path=other devices=cpu").Fails(3, "isn't the one that r began with");
        File.WriteAllText(work["r/probe"], "0123");
        work.Run($"{node} devices=cpu").Fails(2, "other bits", "bit_exact=false");
        var versions = work["r/versions.json"];
        File.WriteAllText(versions, File.ReadAllText(versions).Replace("\"protocol\": \"1\"", "\"protocol\": \"0\"", StringComparison.Ordinal)
            .Replace("\"protocol\":\"1\"", "\"protocol\":\"0\"", StringComparison.Ordinal));
        work.Run($"{node} devices=cpu").Fails(2, "under protocol 0", "speaks 1");
        work.Run("stop r").Succeeds();
        a.End().Succeeds();
        b.End().Succeeds();
    }

    private const string ClusterRoles = "coordinator,data,keeper,worker";

    private void EndedLikeOne()
    {
        Assert.Equal(alone.State, work.State("r"));
        Assert.Equal(Enumerable.Range(1, 50).Select(step => (long)step), work.Steps("r").Order());
    }

    private Program Start(string name, string roles, string more = "") =>
        work.Start($"{Node(name, roles)} {Settings} {more}");

    private string Node(string name, string roles) =>
        $"node name={name} roles={roles} run=r cluster.broker={broker.Process.Address} cluster.workers=1";

    /// <summary>The same run by one process.</summary>
    public sealed class Alone
    {
        public Alone()
        {
            using var work = new Workplace();
            work.Run($"train {Settings} devices=cpu run=r").Succeeds();
            State = work.State("r");
        }

        /// <summary>Its step and hashes.</summary>
        public string State { get; }
    }
}
