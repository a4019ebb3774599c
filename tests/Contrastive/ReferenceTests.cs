using FsCheck.Fluent;
using Kindred.Gpu.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

public sealed class ReferenceTests
{
    [Fact]
    public void LossGradientAndStatisticsAreTheEquations() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<int>(Compare));

    [Fact]
    public void EveryCombinationOfChoices()
    {
        var seed = 0;
        foreach (var mode in Enum.GetValues<CancelMode>())
        foreach (var source in Enum.GetValues<NegativeSource>())
        foreach (var aggregate in Enum.GetValues<Aggregate>())
        foreach (var support in Enum.GetValues<SupportViews>())
        foreach (var ema in new[] { false, true })
        foreach (var bankViews in Enum.GetValues<BankViews>())
        foreach (var current in new[] { false, true })
        {
            var options = new ContrastOptions(0.2, source, mode, 2, 1, support, 3, 0.2, aggregate, false, current, bankViews, 37);
            Compare(options, 4, 6, ema, true, new Random(seed++));
        }
    }

    private static void Compare(int seed)
    {
        var random = new Random(seed);
        T Any<T>() where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];
        var views = random.Next(2, 5);
        var support = random.Next(0, views - 1);
        var (images, width) = (random.Next(2, 10), random.Next(4, 17));
        var topk = random.Next(0, 6);
        var options = new ContrastOptions(
            0.1 + random.NextDouble(), Any<NegativeSource>(), Any<CancelMode>(), views - support, support, Any<SupportViews>(), topk,
            topk > 0 && random.Next(2) == 0 ? -1 : random.NextDouble() * 1.2 - 0.1, Any<Aggregate>(), random.Next(4) == 0,
            random.Next(2) == 0, Any<BankViews>(), views * images + random.Next(0, 60));
        if (options.Views < 2)
            options = options with { BankViews = BankViews.All };
        Compare(options, images, width, random.Next(2) == 0, random.Next(5) > 0, random);
    }

    private static void Compare(ContrastOptions options, int images, int width, bool ema, bool cancel, Random random)
    {
        var samples = 3 * images;
        var labels = Enumerable.Range(0, samples).Select(_ => random.Next(-1, 3)).ToArray();
        using var scope = NewDisposeScope();
        var cells = random.Next(2) == 0 ? 1 << 22 : random.Next(1, 2000);
        using var objective = new Objective(options, labels, width, CPU) { CellsAtOnce = cells };
        var bank = new List<Reference.Row>();
        var steps = random.Next(1, 5);
        for (var step = 1L; step <= steps; step++)
        {
            var ids = Enumerable.Range(0, samples).OrderBy(_ => random.Next()).Take(images).Select(i => (long)i).ToArray();
            var z = Make.Rows(random, options.AllViews, images, width);
            var keys = ema ? Make.Rows(random, options.AllViews, images, width) : [.. z.Select(v => v.Select(r => r.ToArray()).ToArray())];
            var reference = new Reference(options, labels, keys, ids, bank);
            var f = reference.Detect(z);
            using var result = objective.Compute(
                Make.Tensor(z), ema ? Make.Tensor(keys) : null, ids, step, images + 3, cancel, measure: true);
            if (!reference.IsAmbiguous)
            {
                var used = cancel ? f : null;
                Assert.Equal(reference.Loss(z, used, images + 3), result.Loss.Value, 1e-5);
                var expected = reference.Gradient(z, used, images + 3);
                var actual = Make.Floats(result.Gradient);
                for (var d = 0; d < expected.Length; d++)
                    Assert.Equal(expected[d], actual[d], 2e-6 * (1 + 1 / options.Tau));
                var (precision, recall, perAnchor) = reference.Measure(z, f);
                Assert.Equal(precision, result.Stats!.Value.Precision);
                Assert.Equal(recall, result.Stats!.Value.Recall);
                Assert.Equal(perAnchor, result.Stats!.Value.PerAnchor);
            }

            if (result.Delta is { } delta)
            {
                var kept = delta.Ids.Select((id, row) => new Reference.Row(keys[delta.Views[row]][Array.IndexOf(ids, id)], id, step));
                bank = [.. kept.Concat(bank).Take(options.BankLength)];
                objective.Advance(delta);
            }
        }
    }
}
