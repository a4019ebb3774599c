using Kindred.Gpu.Contrastive;

namespace Kindred.Tests.Contrastive;

/// <summary>The objective once more, in double and in loops, from the paper's equations; gradients by central differences.</summary>
internal sealed class Reference(
    ContrastOptions options, IReadOnlyList<int>? labels, double[][][] keys, long[] ids, List<Reference.Row> bank)
{
    /// <summary>A key of an earlier step.</summary>
    public sealed record Row(double[] Key, long Id, long Step);

    /// <summary>A column: a view of image <c>Image</c> of the step, or a row of the bank (Image −1).</summary>
    private sealed record Column(int View, int Image, double[] Key, long Id, bool IsZ);

    private const double Ambiguous = 1e-5;

    /// <summary>Whether some choice hangs on a difference that float32 can't resolve.</summary>
    public bool IsAmbiguous { get; private set; }

    private int Images => ids.Length;

    private List<Column> Columns(double[][][] z)
    {
        var fromBatch = options.Negatives != NegativeSource.Bank;
        var views = !fromBatch && options.BankViews == BankViews.Main ? options.Views : options.AllViews;
        var columns = new List<Column>();
        for (var v = 0; v < views; v++)
        {
            for (var i = 0; i < Images; i++)
                columns.Add(new Column(v, i, fromBatch ? z[v][i] : keys[v][i], ids[i], fromBatch));
        }

        if (options.Negatives == NegativeSource.Batch)
            return columns;
        var taken = !fromBatch && options.BankCurrent ? columns.Count : 0;
        return [.. columns, .. bank.Take(options.BankLength - taken).Select(r => new Column(-1, -1, r.Key, r.Id, false))];
    }

    private bool Sees(int image, Column c) =>
        c.Image >= 0 ? c.Image == image || options.Negatives != NegativeSource.Bank || options.BankCurrent : c.Id != ids[image];

    private bool IsCandidate(int image, Column c) => Sees(image, c) && c.Id != ids[image];

    /// <summary>F of every image, as columns.</summary>
    public HashSet<int>[] Detect(double[][][] z)
    {
        var columns = Columns(z);
        return [.. Enumerable.Range(0, Images).Select(i => DetectFor(i, z, columns))];
    }

    private HashSet<int> DetectFor(int image, double[][][] z, List<Column> columns)
    {
        var candidates = Enumerable.Range(0, columns.Count).Where(c => IsCandidate(image, columns[c])).ToList();
        if (options.Oracle)
            return [.. candidates.Where(c => labels![(int)ids[image]] >= 0 && labels[(int)columns[c].Id] == labels[(int)ids[image]])];
        if (options.Threshold >= 1)
            return [];
        var extra = options.SupportViews == SupportViews.ExtraOnly && options.Support > 0;
        var support = Enumerable.Range(extra ? options.Views : 0, extra ? options.Support : options.AllViews).ToList();
        double Score(Column c)
        {
            var votes = support.Select(s => Dot(c.Key, c.IsZ ? z[s][image] : keys[s][image]));
            return options.Aggregate == Aggregate.Max ? votes.Max() : votes.Average();
        }

        var ranked = candidates.Select(c => (Column: c, Score: Score(columns[c]))).OrderByDescending(c => c.Score).ToList();
        var k = options.TopK == 0 ? ranked.Count : Math.Min(options.TopK, ranked.Count);
        IsAmbiguous |= k > 0 && k < ranked.Count && ranked[k - 1].Score - ranked[k].Score < Ambiguous;
        IsAmbiguous |= ranked.Take(k).Any(c => Math.Abs(c.Score - options.Threshold) < Ambiguous);
        return [.. ranked.Take(k).Where(c => options.Threshold <= -1 || c.Score > options.Threshold).Select(c => c.Column)];
    }

    /// <summary>L = (2/V)·Σ_a mean_b ℓ.</summary>
    public double Loss(double[][][] z, HashSet<int>[]? f, int totalImages)
    {
        var columns = Columns(z);
        var sum = 0.0;
        for (var a = 0; a < options.AllViews; a++)
        {
            for (var i = 0; i < Images; i++)
                sum += AnchorLoss(a, i, z, columns, f?[i] ?? []);
        }

        return 2.0 / options.AllViews * sum / totalImages;
    }

    private double AnchorLoss(int view, int image, double[][][] z, List<Column> columns, HashSet<int> f)
    {
        var (denominator, numerator, n) = (0.0, 0.0, 0);
        for (var c = 0; c < columns.Count; c++)
        {
            var column = columns[c];
            var self = column.Image == image && column.View == view;
            if (self || !Sees(image, column))
                continue;
            var logit = Dot(z[view][image], column.Key) / options.Tau;
            if (options.Mode != CancelMode.Eliminate || !f.Contains(c))
                denominator += Math.Exp(logit);
            if (column.Image == image || (options.Mode == CancelMode.Attract && f.Contains(c)))
                (numerator, n) = (numerator + logit, n + 1);
        }

        return -numerator / n + Math.Log(denominator);
    }

    /// <summary>∂L/∂z by central differences, F held.</summary>
    public double[] Gradient(double[][][] z, HashSet<int>[]? f, int totalImages)
    {
        const double h = 1e-5;
        var slopes = new List<double>();
        foreach (var row in z.SelectMany(view => view))
        {
            for (var d = 0; d < row.Length; d++)
            {
                var at = row[d];
                row[d] = at + h;
                var up = Loss(z, f, totalImages);
                row[d] = at - h;
                var down = Loss(z, f, totalImages);
                row[d] = at;
                slopes.Add((up - down) / (2 * h));
            }
        }

        return [.. slopes];
    }

    /// <summary>Precision, recall and detections per image as issue 7 defines them.</summary>
    public (double? Precision, double? Recall, double PerAnchor) Measure(double[][][] z, HashSet<int>[] f)
    {
        var columns = Columns(z);
        bool Same(int i, int c) => labels is not null && labels[(int)ids[i]] >= 0 && labels[(int)columns[c].Id] == labels[(int)ids[i]];
        var images = Enumerable.Range(0, Images).Where(i => labels is not null && labels[(int)ids[i]] >= 0).ToList();
        var right = images.ToDictionary(i => i, i => f[i].Count(c => Same(i, c)));
        var all = Enumerable.Range(0, columns.Count);
        var same = images.ToDictionary(i => i, i => all.Count(c => IsCandidate(i, columns[c]) && Same(i, c)));
        double? Mean(IEnumerable<double> values) => values.Any() ? values.Average() : null;
        return (Mean(images.Where(i => f[i].Count > 0).Select(i => (double)right[i] / f[i].Count)),
            Mean(images.Where(i => same[i] > 0).Select(i => (double)right[i] / same[i])), f.Average(s => (double)s.Count));
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
