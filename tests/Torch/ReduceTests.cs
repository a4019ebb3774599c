using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class ReduceTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x = tensor([3f, 1f, 2f, -1f, 5f, 4f], [2, 3]);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void SumsAndMeans()
    {
        Near([14], x.sum());
        Near([6, 8], x.sum(1));
        Shape([2, 1], x.sum(1, keepdim: true));
        Near([14], x.sum([0, 1]));
        Assert.Equal(float64, x.sum(float64).dtype);
        Near([14 / 6.0], x.mean());
        Near([1, 3, 3], x.mean([0]));
        Near([double.NaN], zeros(0).mean());
    }

    [Fact]
    public void Spread()
    {
        double[] row = [3, 1, 2];
    }

    [Fact]
    public void Extremes()
    {
        Near([5], x.max());
        Near([-1], x.min());
        Near([3, 5], x.amax(1));
        var (values, indices) = x.max(1);
        Near([3, 5], values);
        Near([0, 1], indices);
        Near([0, 1], x.argmax(1));
    }

    [Fact]
    public void Truths()
    {
        Near([0], x.gt(0).all());
    }

    [Fact]
    public void NormsAndExponentials()
    {
        Near([Math.Sqrt(56)], x.norm());
        Near([Math.Sqrt(14), Math.Sqrt(42)], x.norm(1));
        Near([6, 10], x.norm(1, p: 1));
        double LogSum(params double[] v) => Math.Log(v.Sum(Math.Exp));
        Near([3 - LogSum(3, 1, 2)], x.log_softmax(1)[0].narrow(0, 0, 1));
    }

    [Fact]
    public void Order()
    {
        var (values, indices) = x.topk(2, 1);
        Near([3, 2, 5, 4], values);
        Near([0, 2, 1, 2], indices);
        Near([1, -1], x.topk(1, 1, largest: false).values);
        Near([1, 2, 3, -1, 4, 5], x.sort(1).Values);
        Near([0, 2, 1, 1, 2, 0], x.sort(1, descending: true).Indices);
        Near([0, 1, 2], zeros(3).sort(stable: true).Indices);
    }

    [Fact]
    public void Products()
    {
        var y = x.t();
        double[] gram = [14, 10, 10, 42];
        Near(gram, x.matmul(y));
        Near([.. gram.Select(v => v + 1)], ones(2, 2).addmm_(x, y));
        Near([5, 3], linalg.svdvals(tensor([3f, 0, 0, 5f], [2, 2])));
    }
}
