using System.IO.Hashing;
using Kindred.Data;

namespace Kindred.Tests.Data;

public sealed class SyntheticSetTests
{
    [Fact]
    public void Images_are_a_function_of_seed_part_and_number()
    {
        using var sets = Open(seed: 1);
        using var again = Open(seed: 1);
        using var other = Open(seed: 2);
        Assert.Equal(sets.Train.Read(17).Pixels.ToArray(), again.Train.Read(17).Pixels.ToArray());
        Assert.NotEqual(sets.Train.Read(17).Pixels.ToArray(), other.Train.Read(17).Pixels.ToArray());
        Assert.NotEqual(sets.Train.Read(17).Pixels.ToArray(), sets.Evaluation!.Read(17).Pixels.ToArray());
        Assert.Equal(sets.Train.Fingerprint, again.Train.Fingerprint);
        Assert.NotEqual(sets.Train.Fingerprint, other.Train.Fingerprint);
    }

    /// <summary>Where this fails on purpose, raise the set's version.</summary>
    [Fact]
    public void The_pixels_are_these_on_every_machine()
    {
        using var sets = Open(seed: 1);
        var hash = new XxHash128();
        for (var id = 0; id < 100; id++)
            hash.Append(sets.Train.Read(id).Pixels.Span);
        Assert.Equal("36b528879873217464baca6df5052400", Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    [Fact]
    public void Classes_come_alike_often()
    {
        using var sets = Open(seed: 1);
        Assert.Equal((10_000, 2_000), (sets.Train.Count, sets.Evaluation!.Count));
        Assert.All(sets.Train.Labels!.CountBy(label => label), pair => Assert.Equal(1_000, pair.Value));
        Assert.Equal(10, sets.Train.Classes);
    }

    /// <summary>Cosine nearest neighbours on centred grey pixels, as good as raw pixels get: chance is 10 %.</summary>
    [Fact]
    public void Raw_pixels_do_not_suffice()
    {
        using var sets = Open(seed: 1);
        var (known, asked) = (Vectors(sets.Train, 4_000), Vectors(sets.Evaluation!, 500));
        var right = 0;
        for (var q = 0; q < asked.Length; q++)
        {
            var scores = known.Select((v, id) => (Score: Dot(v, asked[q]), Label: sets.Train.Labels![id]));
            var vote = scores.OrderByDescending(p => p.Score).Take(80).GroupBy(p => p.Label).MaxBy(g => g.Sum(p => Math.Exp(p.Score / 0.1)))!.Key;
            right += vote == sets.Evaluation!.Labels![q] ? 1 : 0;
        }

        Assert.InRange(right / (double)asked.Length, 0.05, 0.27);
    }

    [Fact]
    public void The_holdout_is_drawn_by_the_seed_and_leaves_the_rest()
    {
        using var sets = DataSets.Open(new DataOptions { Kind = DataKind.Synthetic, Seed = 3, Limit = 500, Holdout = 100 });
        using var whole = DataSets.Open(new DataOptions { Kind = DataKind.Synthetic, Seed = 3, Limit = 500 });
        Assert.Equal((400, 100), (sets.Train.Count, sets.Holdout!.Count));
        string Key(IDataSet set, int id) => Convert.ToHexString(set.Read(id).Pixels.Span);
        IEnumerable<string> Keys(IDataSet set) => Enumerable.Range(0, set.Count).Select(id => Key(set, id));
        Assert.Equal(Keys(whole.Train).Order(), Keys(sets.Train).Concat(Keys(sets.Holdout)).Order());
        Assert.True(sets.Holdout.Labels!.Distinct().Count() > 5);
    }

    [Theory]
    [InlineData(10, 9)]
    [InlineData(10, -1)]
    [InlineData(1, 0)]
    public void A_set_too_small_says_so(int limit, int holdout) => Assert.Throws<DataException>(
        () => DataSets.Open(new DataOptions { Kind = DataKind.Synthetic, Limit = limit, Holdout = holdout }));

    private static DataSplits Open(long seed) => DataSets.Open(new DataOptions { Kind = DataKind.Synthetic, Seed = seed });

    private static float[][] Vectors(IDataSet set, int count) => [.. Enumerable.Range(0, count).Select(id =>
    {
        var planes = set.Read(id).Pixels.Span;
        var gray = new float[1024];
        for (var i = 0; i < gray.Length; i++)
            gray[i] = 0.299f * planes[i] + 0.587f * planes[1024 + i] + 0.114f * planes[2048 + i];
        var mean = gray.Average();
        var length = MathF.Sqrt(gray.Sum(g => (g - mean) * (g - mean)));
        return Array.ConvertAll(gray, g => (g - mean) / length);
    })];

    private static float Dot(float[] a, float[] b)
    {
        var sum = System.Numerics.Vector<float>.Zero;
        for (var i = 0; i < a.Length; i += System.Numerics.Vector<float>.Count)
            sum += new System.Numerics.Vector<float>(a, i) * new System.Numerics.Vector<float>(b, i);
        return System.Numerics.Vector.Sum(sum);
    }
}
