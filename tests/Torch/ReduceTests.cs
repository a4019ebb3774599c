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
        Near([3, 4, 6, -1, 4, 8], x.cumsum(1));
        Near([double.NaN], zeros(0).mean());
    }

    [Fact]
    public void Spread()
    {
        double[] row = [3, 1, 2];
        double Variance(double[] v, int less) => v.Sum(a => Math.Pow(a - v.Average(), 2)) / (v.Length - less);
        Near([Variance(row, 1)], x[0].var());
        Near([Variance(row, 0)], x[0].var(unbiased: false));
        Near([Math.Sqrt(Variance(row, 1)), Math.Sqrt(Variance([-1, 5, 4], 1))], x.std(1));
        Near([4, 4, 1], x.var(0, unbiased: false));
        var (variance, mean) = x.var_mean([0], unbiased: false);
        Near([4, 4, 1], variance);
        Near([1, 3, 3], mean);
    }

    [Fact]
    public void Extremes()
    {
        Near([5], x.max());
        Near([-1], x.min());
        Near([3, 5], x.amax(1));
        Near([-1], x.amin());
        Near([-1, 1, 2], amin(x, [0]));
        var (values, indices) = x.max(1);
        Near([3, 5], values);
        Near([0, 1], indices);
        Near([1, -1], x.min(1).values);
        Near([4], x.argmax());
        Near([0, 1], x.argmax(1));
        Near([1, 0], x.argmin(1));
        Near([2], x.median());
    }

    [Fact]
    public void Truths()
    {
        Near([0], x.gt(0).all());
        Near([1, 0], x.gt(0).all(1));
        Near([1], x.gt(4).any());
        Near([0, 1], x.gt(4).any(1));
    }

    [Fact]
    public void NormsAndExponentials()
    {
        Near([Math.Sqrt(56)], x.norm());
        Near([Math.Sqrt(14), Math.Sqrt(42)], x.norm(1));
        Near([6, 10], x.norm(1, p: 1));
        Near([Math.Sqrt(14), Math.Sqrt(42)], linalg.vector_norm(x, dims: [1]));
        double LogSum(params double[] v) => Math.Log(v.Sum(Math.Exp));
        Near([LogSum(3, 1, 2), LogSum(-1, 5, 4)], x.logsumexp(1));
        Near([1, 1], x.softmax(1).sum(1));
        Near([3 - LogSum(3, 1, 2)], x.log_softmax(1)[0, 0]);
        Near([Math.Exp(3 - LogSum(3, 1, 2))], softmax(x, 1)[0, 0]);
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
        Near([1, 2, 0, 0, 2, 1], x.argsort(1));
        Near([0, 1, 2], sort(zeros(3), stable: true).indices);
        Near([1, 3], searchsorted(tensor([1f, 2f, 3f]), tensor([1.5f, 9f])));
        Near([1, 0, 2], bincount(tensor([0L, 2L, 2L])));
    }

    [Fact]
    public void Products()
    {
        var y = x.t();
        double[] gram = [14, 10, 10, 42];
        Near(gram, x.mm(y));
        Near(gram, matmul(x, y));
        Near(gram, einsum("ik,jk->ij", x, x));
        Near([.. gram, .. gram], bmm(stack([x, x]), stack([y, y])));
        Near([14, 10], x.mv(x[0]));
        Near([10], dot(x[0], x[1]));
        Near([9, 3, 6], outer(x[0], tensor([3f])));
        Near([.. gram.Select(v => 2 * v + 3)], ones(2, 2).addmm(x, y, 3, 2));
        Near([.. gram.Select(v => v + 1)], ones(2, 2).addmm_(x, y));
        Near([5, 3], linalg.svdvals(tensor([3f, 0, 0, 5f], [2, 2])));
    }
}
