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
        sum.Leaf(2, "2");
        var first = sum.Leaf(0, "0");
        Assert.Null(first);
        Assert.Null(sum.Root);
        Assert.Equal(["2", "0"], sum.Drain());
    }

    private static string? Sum(int shards, int[] order)
    {
        TreeSum<string> sum = new(shards);
        foreach (var shard in order)
            for (var next = sum.Leaf(shard, $"{shard}"); next is not null; next = sum.Offer(next.Low, next.High, $"({next.Left}+{next.Right})"))
                continue;
        return sum.Root;
    }
}
