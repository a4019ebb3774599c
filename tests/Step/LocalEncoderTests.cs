using System.Runtime.InteropServices;
using Kindred.Gpu.Models;
using Kindred.Gpu.Optimization;
using Kindred.Gpu.Step;
using static TorchSharp.torch;

namespace Kindred.Tests.Step;

public sealed class LocalEncoderTests
{
    private const int Elements = 200;

    /// <summary>One shard, one batch and plain averaging are sync, but for the rounding of a difference.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_local_step_is_a_step(bool adam)
    {
        using var scope = NewDisposeScope();
        using var sync = Make(adam);
        using var local = new LocalEncoder(() => Make(adam), momentum: 0, lr: 1);
        sync.Initialise();
        local.Initialise();
        for (var step = 0; step < 3; step++)
        {
            using var gradient = Gradient(step);
            sync.Apply(gradient);
            local.Begin(step);
            local.Advance(gradient);
            using var outcome = local.Outcome(1);
            local.Apply(outcome);
        }

        foreach (var entry in sync.Snapshot().Entries().Where(e => e.Dtype == "F32"))
            Near(Values(entry.Data), Values(Find(local, entry.Name)));
        foreach (var entry in sync.Snapshot().Entries().Where(e => e.Dtype == "I64"))
            Assert.Equal(entry.Data.ToArray(), Find(local, entry.Name).ToArray());
    }

    /// <summary>DiLoCo's algorithm 1 with Nesterov: v ← μv + Δ, θ ← θ − lr·(Δ + μv), over two commits of two shards and two batches.</summary>
    [Fact]
    public void The_outer_step_has_momentum()
    {
        const float mu = 0.5f, lr = 0.75f;
        using var scope = NewDisposeScope();
        using var local = new LocalEncoder(() => Make(adam: false), mu, lr);
        local.Initialise();
        var velocity = new float[Elements];
        for (var commit = 0; commit < 2; commit++)
        {
            var before = Values(Find(local, StateNames.Parameters));
            var (first, second) = (Train(local, commit, 0), Train(local, commit, 1));
            var average = before.Zip(Change(first).Zip(Change(second), (a, b) => a + b), (p, change) => p + change).ToArray();
            using var sum = new FlatSum().Add(first, second);
            local.Apply(sum);
            var expected = new float[Elements];
            for (var i = 0; i < Elements; i++)
            {
                var delta = before[i] - average[i];
                velocity[i] = mu * velocity[i] + delta;
                expected[i] = before[i] - lr * (delta + mu * velocity[i]);
            }

            Near(expected, Values(Find(local, StateNames.Parameters)));
            Near(velocity, Values(Find(local, "outer.velocity")));
        }
    }

    [Fact]
    public void Its_snapshot_restores_it()
    {
        using var scope = NewDisposeScope();
        using var local = new LocalEncoder(() => Make(adam: true), 0.5, 1);
        using var other = new LocalEncoder(() => Make(adam: true), 0.5, 1);
        local.Initialise();
        using var sum = Train(local, 0, 0);
        local.Apply(sum);
        other.Restore(local.Snapshot().Entries());
        Assert.Equal(local.Snapshot().Entries().Select(e => (e.Name, Convert.ToHexString(e.Data.Span))),
            other.Snapshot().Entries().Select(e => (e.Name, Convert.ToHexString(e.Data.Span))));
    }

    private static TensorBundle Train(LocalEncoder local, int commit, int shard)
    {
        local.Begin(commit * 2);
        for (var batch = 0; batch < 2; batch++)
        {
            using var gradient = Gradient(commit * 100 + shard * 10 + batch);
            local.Advance(gradient);
        }

        return local.Outcome(0.5);
    }

    private static Encoder Make(bool adam)
    {
        var model = new ContrastiveModel("resnet8", Stem.Cifar, new HeadOptions(2, 0, 16, false));
        return new Encoder(
            new EncoderOptions(3, 2, 1, false, 0.9, (layout, device) => adam ? new AdamW(layout, device, 1e-2) : new Sgd(layout, device, 1e-3), done => 0.1 / (1 + done)),
            model, CPU);
    }

    private static TorchBundle Gradient(int seed)
    {
        var layout = new ContrastiveModel("resnet8", Stem.Cifar, new HeadOptions(2, 0, 16, false)).Layout;
        var random = new Random(seed);
        var values = Enumerable.Range(0, (int)(layout.Count + (4 * layout.NormChannels))).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        return new TorchBundle(("sum", tensor(values)));
    }

    private static float[] Change(TensorBundle outcome) => Values(outcome.Entries()[0].Data);

    private static ReadOnlyMemory<byte> Find(LocalEncoder of, string name) => of.Snapshot().Entries().Single(e => e.Name == name).Data;

    private static float[] Values(ReadOnlyMemory<byte> data) => MemoryMarshal.Cast<byte, float>(data.Span)[..Math.Min(Elements, data.Length / 4)].ToArray();

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(found[i] - expected[i], -1e-6, 1e-6);
    }
}
