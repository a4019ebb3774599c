using FsCheck;
using FsCheck.Fluent;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Step;

public sealed class TreeSumTests
{
    /// <summary>Strings show the shape of the tree: it is the same whatever order the shards come in.</summary>
    [Fact]
    public void TheTreeDependsOnTheNumberOfShardsAlone() => Prop.ForAll(
        Gen.Choose(1, 40).ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(),
        (shards, seed) => Sum(shards, Keyed.For(Draw.Probe, seed).NextPermutation(shards)) == Sum(shards, [.. Enumerable.Range(0, shards)]))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1, "0")]
    [InlineData(2, "(0+1)")]
    [InlineData(5, "(((0+1)+2)+(3+4))")]
    [InlineData(8, "(((0+1)+(2+3))+((4+5)+(6+7)))")]
    public void ItIsBalanced(int shards, string tree) => Assert.Equal(tree, Sum(shards, [.. Enumerable.Range(0, shards)]));

    [Fact]
    public void NoRootBeforeTheLastShard()
    {
        TreeSum<string> sum = new(3);
        sum.Offer(2, 3, "2");
        var first = sum.Offer(0, 1, "0");
        Assert.Null(first);
        Assert.Null(sum.Root);
        Assert.Equal(["2", "0"], sum.Drain());
    }

    /// <summary>A worker that sums a node before it sends it makes the same sum.</summary>
    [Fact]
    public void NeighboursMayBeAddedFirst() => Prop.ForAll(
        Gen.Choose(1, 40).ToArbitrary(), Gen.Choose(1, 6).ToArbitrary(),
        (shards, workers) =>
        {
            TreeSum<string> sum = new(shards);
            int Owner(int shard) => shard * workers / shards;
            for (var shard = 0; shard < shards;)
            {
                var owner = Owner(shard);
                var (low, high) = sum.NodeOf(shard, other => Owner(other) == owner);
                Assert.Equal(shard, low);
                string[] leaves = [.. Enumerable.Range(low, high - low).Select(s => $"{s}")];
                Offer(sum, low, high, new TreeSum<string>(high - low).Over(leaves, (left, right) => $"({left}+{right})"));
                shard = high;
            }

            return sum.Root == Sum(shards, [.. Enumerable.Range(0, shards)]);
        }).QuickCheckThrowOnFailure();

    private static string? Sum(int shards, int[] order)
    {
        TreeSum<string> sum = new(shards);
        foreach (var shard in order)
            Offer(sum, shard, shard + 1, $"{shard}");
        return sum.Root;
    }

    private static void Offer(TreeSum<string> sum, int low, int high, string value)
    {
        for (var next = sum.Offer(low, high, value); next is not null; next = sum.Offer(next.Low, next.High, $"({next.Left}+{next.Right})"))
            continue;
    }
}
