using Kindred.Simulation.Tensors;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Training;

/// <summary>A worker whose memory goes bad is found at the next checkpoint or epoch: its state isn't the others'.</summary>
public sealed class DriftTests
{
    [Fact]
    public async Task AReplicaThatDriftsIsNamedAndMended()
    {
        var lives = 0;
        using var again = new ManualResetEventSlim();
        await using var cluster = Of(3, worker =>
        {
            if (worker == 2 && Interlocked.Increment(ref lives) == 2)
                again.Set();
            return new DriftingEncoder(after: worker == 2 && lives == 1 ? 3 : int.MaxValue)
            {
                Applied = (step, _) =>
                {
                    if (worker == 0 && step == 15)
                        again.Wait();
                },
            };
        });
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.True(end.Finished);
        Assert.Contains(cluster.Notes, note => note.StartsWith("/training/worker-2 has drifted", StringComparison.Ordinal));
        var drift = Assert.Single(cluster.Metrics(), m => m.Event == "drift");
        Assert.Equal((5, "/training/worker-2"), (drift.At.Step, drift.Json.GetProperty("worker").GetString()));
        Assert.DoesNotContain(cluster.Metrics(), m => m.Event == "rollback");
    }

    /// <summary>The first worker writes the model's part: not the one that has drifted.</summary>
    [Fact]
    public async Task ADriftedStateGetsIntoNoCheckpoint()
    {
        var lives = 0;
        ulong good = 0;
        await using var cluster = Of(3, worker => worker == 0 && Interlocked.Increment(ref lives) == 1
            ? new DriftingEncoder(after: 17)
            : new DriftingEncoder(after: int.MaxValue) { Applied = (step, state) => good = step == 17 ? state : good });
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Equal(good, cluster.Expected().Model);
        Assert.Equal(17, Assert.Single(cluster.Metrics(), m => m.Event == "drift").At.Step);
    }

    /// <summary>At step 10, after a checkpoint at 5 on which all agreed, two have one state and two another.</summary>
    [Fact]
    public async Task TwoAgainstTwoGoesBackToWhereAllAgreed()
    {
        using var saved = new ManualResetEventSlim();
        var lives = 0;
        var drifted = 0;
        await using var cluster = Of(
            4,
            worker => new DriftingEncoder(after: worker >= 2 && Interlocked.Increment(ref lives) <= 2 ? 8 : int.MaxValue)
            {
                Applied = (step, _) =>
                {
                    if (step == 8 && Interlocked.Increment(ref drifted) > 0)
                        saved.Wait();
                },
            },
            _ => saved.Set());
        var end = await cluster.Run();
        Assert.Null(end.Reason);
        Assert.Equal(cluster.Expected(), cluster.Result());
        var rollback = Assert.Single(cluster.Metrics(), m => m.Event == "rollback");
        Assert.Equal(new TermStep(2, 5), rollback.At);
        Assert.Contains(cluster.Notes, note => note.Contains("none is the majority's", StringComparison.Ordinal));
    }

    private static Cluster Of(int workers, Func<int, IEncoder> encoder, Action<long>? saved = null) =>
        new() { Workers = workers, Shards = 4, Encoder = encoder, Saved = saved };

    /// <summary>Computes like the others, until after so many commits a bit of its state flips, once.</summary>
    private sealed class DriftingEncoder(int after) : IEncoder
    {
        private readonly HashEncoder inner = new();
        private int commits;

        /// <summary>The commits of this life, and the state.</summary>
        public Action<int, ulong>? Applied { get; init; }

        public void Initialise() => inner.Initialise();

        public void Restore(IReadOnlyList<SafeTensor> state) => inner.Restore(state);

        public TensorBundle Snapshot() => inner.Snapshot();

        public Encoded Encode(TensorBundle views, bool keepGraph) => inner.Encode(views, keepGraph);

        public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share) => inner.Backward(encoded, gradient, share);

        public void Apply(TensorBundle sum)
        {
            inner.Apply(sum);
            if (++commits == after)
                Flip();
            using var now = inner.Snapshot();
            Applied?.Invoke(commits, HashBundle.Hash(HashBundle.Of(now)));
        }

        public void Dispose() => inner.Dispose();

        private void Flip()
        {
            using var state = inner.Snapshot();
            var entry = state.Entries()[0];
            var bytes = entry.Data.ToArray();
            bytes[3] ^= 16;
            inner.Restore([entry with { Data = bytes }]);
        }
    }
}
