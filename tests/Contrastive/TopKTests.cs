using FsCheck.Fluent;
using Kindred.Gpu.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

public sealed class TopKTests
{
    [Fact]
    public void TheLargestAndOfEqualOnesTheFirst() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var (rows, width, k, distinct) = (random.Next(1, 5), random.Next(1, 700), random.Next(1, 12), random.Next(1, 40));
        float Value() => random.Next(30) == 0 ? random.Next(distinct) : -1;         // many blocks with the same maximum, and many without
        var values = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width).Select(_ => Value()).ToArray()).ToArray();
        using var scope = NewDisposeScope();
        var (largest, columns) = TopK.Largest(tensor(values.SelectMany(v => v).ToArray()).view(rows, width), k);
        var columnsInOrder = Enumerable.Range(0, width);
        var expected = values.Select(row => columnsInOrder.OrderByDescending(c => row[c]).ThenBy(c => c).Take(k).ToArray()).ToArray();
        Assert.Equal(expected.SelectMany(e => e.Select(c => (long)c)), columns.data<long>().ToArray());
        Assert.Equal(expected.SelectMany((e, r) => e.Select(c => values[r][c])), Make.Floats(largest));
    }));
}
