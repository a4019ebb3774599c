using Kindred.Gpu.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

/// <summary>What any implementation must hold, whatever the numbers.</summary>
public sealed class LawTests
{
    private static readonly ContrastOptions fnc = new(Tau: 0.3, Views: 2, Support: 2, TopK: 3, Threshold: -1);

    [Theory]
    [InlineData(CancelMode.Attract)]
    [InlineData(CancelMode.Eliminate)]
    public void NothingAboveAThresholdOfOneIsNtXentExactly(CancelMode mode)
    {
        // Rows longer than one by rounding, and the same twice: their cosine may exceed 1 by an ulp.
        using var z = Make.Rows(1, 1, 12, 16).repeat(4, 1, 1) * 1.0000001f;
        var (plain, _) = Loss(fnc with { Mode = CancelMode.None }, z);
        var (cancelled, stats) = Loss(fnc with { Mode = mode, Threshold = 1 }, z);
        Assert.Equal(plain, cancelled);
        Assert.Equal(0, stats!.Value.Detections);
    }

    [Fact]
    public void TwoViewsWithoutDetectionAreSimClrsTwoSidedLoss()
    {
        var rows = Make.Rows(new Random(2), 2, 7, 8);
        var all = rows[0].Concat(rows[1]).ToArray();
        double Sim(int i, int j) => all[i].Zip(all[j], (x, y) => x * y).Sum() / 0.3;
        double OneSide(int i) => -Sim(i, (i + 7) % 14) + Math.Log(Enumerable.Range(0, 14).Where(j => j != i).Sum(j => Math.Exp(Sim(i, j))));
        using var z = Make.Tensor(rows);
        var (loss, _) = Loss(fnc with { Mode = CancelMode.None, Views = 2, Support = 0 }, z);
        Assert.Equal(Enumerable.Range(0, 14).Sum(OneSide) / 7, loss, 1e-5);
    }

    [Fact]
    public void AttractionOfTheSameLabelIsTwiceSupCon()
    {
        // L_out of arXiv 2004.11362, eq. 2, over all V·B rows.
        var rows = Make.Rows(new Random(3), 3, 8, 8);
        var labels = Enumerable.Range(0, 8).Select(i => i % 3).ToArray();
        var all = rows.SelectMany((view, _) => view.Select((row, i) => (Row: row, Label: labels[i]))).ToArray();
        double Anchor(int i)
        {
            double Logit(int j) => all[i].Row.Zip(all[j].Row, (x, y) => x * y).Sum() / 0.3;
            var others = Enumerable.Range(0, all.Length).Where(j => j != i).ToArray();
            var log = Math.Log(others.Sum(j => Math.Exp(Logit(j))));
            return -others.Where(j => all[j].Label == all[i].Label).Average(j => Logit(j) - log);
        }

        using var z = Make.Tensor(rows);
        var (loss, stats) = Loss(fnc with { Views = 2, Support = 1, Oracle = true }, z, labels);
        Assert.Equal(2 * Enumerable.Range(0, all.Length).Average(Anchor), loss, 1e-5);
        Assert.Equal((1.0, 1.0), (stats!.Value.Precision, stats!.Value.Recall));
    }

    [Theory]
    [InlineData(NegativeSource.Batch)]
    [InlineData(NegativeSource.Bank)]
    [InlineData(NegativeSource.BatchAndBank)]
    public void AScoreNeverPicksTheOwnImage(NegativeSource source)
    {
        // Views of an image are equal, so its own columns score highest; each image is a class, so picking one would be precise.
        using var scope = NewDisposeScope();
        var z = Make.Rows(4, 1, 6, 8).repeat(4, 1, 1);
        var options = fnc with { Negatives = source, TopK = 100, BankLength = 60 };
        using var objective = new Objective(options, [0, 1, 2, 3, 4, 5], 8, CPU);
        for (var step = 1; step <= 3; step++)
        {
            using var result = objective.Compute(z, null, Make.Ids(6), step, 6, cancel: true, measure: true);
            Assert.Equal(0.0, result.Stats!.Value.Precision);
            Assert.Null(result.Stats!.Value.Recall);
            if (step == 1)
                Assert.Equal(20.0, result.Stats!.Value.PerAnchor);          // 5 other images × 4 views
            if (result.Delta is not null)
                objective.Advance(result.Delta);
        }
    }

    [Fact]
    public void EliminationNeverRaisesTheLoss()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var z = Make.Rows(seed, 4, 6, 8);
            var (plain, _) = Loss(fnc with { Mode = CancelMode.None }, z);
            var (eliminated, _) = Loss(fnc with { Mode = CancelMode.Eliminate }, z);
            Assert.True(eliminated < plain, $"seed {seed}: {eliminated} > {plain}");
        }
    }

    [Fact]
    public void BeforeItsStartCancellationOnlyMeasures()
    {
        using var z = Make.Rows(5, 4, 6, 8);
        var (plain, _) = Loss(fnc with { Mode = CancelMode.None }, z);
        var (before, stats) = Loss(fnc, z, cancel: false);
        Assert.Equal(plain, before);
        Assert.Equal(3.0, stats!.Value.PerAnchor);
    }

    [Fact]
    public void NotANumberStaysVisible()
    {
        var rows = Make.Rows(new Random(6), 4, 6, 8);
        rows[1][2][3] = double.NaN;
        using var z = Make.Tensor(rows);
        foreach (var mode in Enum.GetValues<CancelMode>())
            Assert.True(double.IsNaN(Loss(fnc with { Mode = mode }, z).Loss));
    }

    [Fact]
    public void OneImageAloneHasNoNegatives()
    {
        using var z = Make.Rows(7, 2, 1, 8);
        var (loss, stats) = Loss(fnc with { Views = 2, Support = 0 }, z);
        Assert.Equal(0, loss, 1e-6);
        Assert.Equal(0.0, stats!.Value.PerAnchor);
        Assert.Null(stats!.Value.Recall);
    }

    private static (double Loss, DetectionStats? Stats) Loss(ContrastOptions options, Tensor z, int[]? labels = null, bool cancel = true)
    {
        using var objective = new Objective(options, labels, (int)z.shape[2], CPU);
        using var result = objective.Compute(z, null, Make.Ids((int)z.shape[1]), 1, (int)z.shape[1], cancel, measure: true);
        return (result.Loss.Value, result.Stats);
    }
}
