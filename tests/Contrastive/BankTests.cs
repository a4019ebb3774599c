using Kindred.Gpu.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

public sealed class BankTests
{
    private static readonly ContrastOptions options = new(
        Tau: 0.2, Negatives: NegativeSource.Bank, Views: 2, Support: 0, TopK: 2, Threshold: -1, BankCurrent: false, BankLength: 37);

    [Fact]
    public void RowsAreReadNewestFirstAndEmptyOnesDontExist()
    {
        using var scope = NewDisposeScope();
        using var bank = new Bank(5, 1, CPU);
        Assert.Empty(bank.Newest(bank.Count));
        bank.Push(Delta(1, 10, 11));
        Assert.Equal([10, 11], Read(bank));
        bank.Push(Delta(2, 20, 21));
        Assert.Equal([20, 21, 10, 11], Read(bank));
        bank.Push(Delta(3, 30, 31));
        Assert.Equal([30, 31, 20, 21, 10], Read(bank));
        bank.Push(Delta(4, 40, 41, 42, 43, 44, 45, 46));
        Assert.Equal([40, 41, 42, 43, 44], Read(bank));
        Assert.Equal((43L, 0, 4L), bank.Row(3));
    }

    [Fact]
    public void TheStepsOwnKeysNeedRoom()
    {
        using var z = Make.Rows(1, 2, 30, 8);
        using var objective = new Objective(options with { BankCurrent = true }, null, 8, CPU);
        var error = Assert.Throws<ContrastException>(() => objective.Compute(z, null, Make.Ids(30), 1, 30, false, false));
        Assert.Contains("60 keys", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ShardsAddUpToTheWholeStep()
    {
        using var scope = NewDisposeScope();
        using var whole = Filled(options, 3);
        using var sharded = Filled(options, 3);
        var (z, keys) = (Make.Rows(8, 2, 9, 8), Make.Rows(9, 2, 9, 8));
        var all = whole.Compute(z, keys, Make.Ids(9), 9, 9, true, true);
        ContrastResult Shard(int first, int count) =>
            sharded.Compute(z.narrow(1, first, count), keys.narrow(1, first, count), Make.Ids(count, first), 9, 9, true, true);
        var parts = new[] { Shard(0, 5), Shard(5, 4) };

        Assert.Equal(all.Loss.Value, parts.Sum(p => p.Loss.Value), 1e-6);
        Assert.Equal(all.Stats, parts[0].Stats + parts[1].Stats);
        Assert.True(all.Gradient.allclose(cat([.. parts.Select(p => p.Gradient)], 1), 1e-5, 1e-7));
        whole.Advance(all.Delta!);
        sharded.Advance(BankDelta.Concat([.. parts.Select(p => p.Delta!)]));
        AssertSameState(whole, sharded);
    }

    [Fact]
    public void ARestoredBankGoesOnBitForBit()
    {
        using var scope = NewDisposeScope();
        using var original = Filled(options, 4);
        using var restored = new Objective(options, null, 8, CPU);
        restored.Restore(original.State());
        for (var step = 5; step < 8; step++)
        {
            var z = Make.Rows(step, 2, 7, 8);
            var a = original.Compute(z, null, Make.Ids(7, step), step, 7, true, true);
            var b = restored.Compute(z, null, Make.Ids(7, step), step, 7, true, true);
            Assert.Equal(a.Loss.Value, b.Loss.Value);
            Assert.Equal(Make.Floats(a.Gradient), Make.Floats(b.Gradient));
            original.Advance(a.Delta!);
            restored.Advance(b.Delta!);
        }

        AssertSameState(original, restored);
    }

    [Fact]
    public void AnotherBanksStateIsRefused()
    {
        using var scope = NewDisposeScope();
        using var other = new Objective(options with { BankLength = 36 }, null, 8, CPU);
        var error = Assert.Throws<ContrastException>(() => other.Restore(Filled(options, 1).State()));
        Assert.Equal("'bank.keys' was saved as [37, 8], not [36, 8]", error.Message);
    }

    [Fact]
    public void ComputeChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var objective = Filled(options, 2);
        using var before = Filled(options, 2);
        var z = Make.Rows(3, 2, 7, 8);
        var first = objective.Compute(z, null, Make.Ids(7), 3, 7, true, true);
        var again = objective.Compute(z, null, Make.Ids(7), 3, 7, true, true);
        Assert.Equal(first.Loss.Value, again.Loss.Value);
        Assert.Equal(Make.Floats(first.Gradient), Make.Floats(again.Gradient));
        AssertSameState(before, objective);
    }

    [Fact]
    public void TheAgeOfADetectionCountsFromTheStepThatWroteIt()
    {
        using var scope = NewDisposeScope();
        using var objective = new Objective(options with { TopK = 100 }, null, 8, CPU);
        objective.Advance(new BankDelta(Make.Rows(1, 1, 1, 8).view(1, 8), [50], [0], 3));
        objective.Advance(new BankDelta(Make.Rows(2, 1, 1, 8).view(1, 8), [51], [0], 7));
        using var result = objective.Compute(Make.Rows(3, 2, 4, 8), null, Make.Ids(4), 10, 4, true, true);
        Assert.Equal((2.0, 5.0), (result.Stats!.Value.PerAnchor, result.Stats!.Value.Age));
    }

    private static Objective Filled(ContrastOptions options, int steps)
    {
        var objective = new Objective(options, null, 8, CPU);
        for (var step = 1; step <= steps; step++)
        {
            using var result = objective.Compute(Make.Rows(100 + step, 2, 7, 8), null, Make.Ids(7, step), step, 7, false, false);
            objective.Advance(result.Delta!);
        }

        return objective;
    }

    private static BankDelta Delta(long step, params long[] values) =>
        new(tensor(values.Select(v => (float)v).ToArray()).view(values.Length, 1), values, new int[values.Length], step);

    private static float[] Read(Bank bank) => [.. bank.Newest(bank.Count).SelectMany(Make.Floats)];

    private static void AssertSameState(Objective a, Objective b)
    {
        var (x, y) = (a.State(), b.State());
        Assert.Equal(x.Keys, y.Keys);
        Assert.All(x.Keys, name => Assert.True(x[name].eq(y[name]).all().ToBoolean(), name));
    }
}
