using Kindred.Gpu.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

public sealed class FeaturesTests
{
    [Theory]
    [InlineData(5, 0.1)]
    [InlineData(200, 0.1)]
    [InlineData(200, 0.001)]
    public void NeighboursVoteByTheirCosine(int k, double t)
    {
        // More queries than one chunk, fewer references than 200 neighbours; rows of any length.
        var random = new Random(3);
        var (reference, queries) = (Make.Rows(random, 1, 120, 6)[0], Make.Rows(random, 1, 700, 6)[0]);
        var labels = Enumerable.Range(0, 120).Select(_ => random.Next(4)).ToArray();
        var truth = Enumerable.Range(0, 700).Select(_ => random.Next(4)).ToArray();
        int Vote(double[] q)
        {
            var near = reference.Select((r, i) => (Cosine: r.Zip(q, (x, y) => x * y).Sum(), Label: labels[i]))
                .OrderByDescending(n => n.Cosine).Take(k).ToArray();
            return near.GroupBy(n => n.Label).MaxBy(g => g.Sum(n => Math.Exp((n.Cosine - near[0].Cosine) / t)))!.Key;
        }

        using var scope = NewDisposeScope();
        var accuracy = Features.KnnAccuracy(Make.Tensor([reference])[0] * 3, labels, Make.Tensor([queries])[0] * 0.1, truth, 4, k, t);
        Assert.Equal(queries.Zip(truth, (q, y) => Vote(q) == y ? 1.0 : 0.0).Average(), accuracy, 1e-9);
    }

    [Fact]
    public void SpreadAndRankTellHealthFromCollapse()
    {
        using var scope = NewDisposeScope();
        var random = new Random(4);
        float Bell() => random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
        var healthy = tensor(Enumerable.Range(0, 4000 * 16).Select(_ => Bell()).ToArray()).view(4000, 16);
        Assert.Equal(1, Features.Spread(healthy), 0.02);
        Assert.Equal(16, Features.RankMe(healthy), 0.1);

        var line = healthy.narrow(1, 0, 1) * ones(1, 16);
        Assert.Equal(1, Features.RankMe(line), 0.01);
        Assert.Equal(0, Features.Spread(line.abs()), 1e-3);
    }
}
