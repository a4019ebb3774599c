using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class ShapeTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x = Counting(2, 3);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void PropertiesTell()
    {
        Assert.Equal((2, 6, 4), (x.ndim, x.numel(), x.element_size()));
        Assert.Equal([3, 1], x.stride());
        Assert.Equal([1, 3], x.t().stride());
        Assert.True(x.is_contiguous());
        Assert.False(x.t().is_contiguous());
        Assert.Equal(CPU, x.device);
        Assert.Equal("[2x3], type = Float32, device = cpu", x.ToString());
    }

    [Fact]
    public void ViewsRearrange()
    {
        Near([0, 3, 1, 4, 2, 5], x.t());
        Near([0, 3, 1, 4, 2, 5], x.permute(1, 0));
        Near([0, 3, 1, 4, 2, 5], x.transpose(0, -1));
        Shape([3, 2], x.reshape(3, -1));
        Shape([6], x.view(6));
        Shape([6], x.flatten());
        Shape([1, 2, 3], x.unsqueeze(0));
        Near([0, 1, 2, 0, 1, 2], x.narrow(0, 0, 1).expand(2, 3));
        Near([3, 4, 5], x.select(0, 1));
        Near([3, 4, 5], x[1]);
        Near([1, 2, 4, 5], x.narrow(1, 1, 2));
        Near([0, 4], x.diagonal());
        Near([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], x.repeat(2, 1));
    }

    [Fact]
    public void AViewSharesMemoryAndACloneDoesNot()
    {
        x.view(6).narrow(0, 0, 1).fill_(9);
        Assert.Equal(9, x[0].narrow(0, 0, 1).ToDouble());
        x.clone().fill_(1);
        x.detach()[0] = zeros(3);
        Near([0, 0, 0, 3, 4, 5], x);
        x.alias().zero_();
        Near([0, 0, 0, 0, 0, 0], x);
        x.copy_(tensor([1L, 2L, 3L]));
        Near([1, 2, 3, 1, 2, 3], x);
    }

    [Fact]
    public void PartsJoinAndSplit()
    {
        Near([0, 1, 2, 3, 4, 5, 0, 1, 2], cat([x, x[0].unsqueeze(0)]));
        Shape([2, 6], cat([x, x], 1));
        Assert.Equal([1, 2], x.split([1, 2], 1).Select(p => p.shape[1]));
        Assert.Equal([2, 1], x.chunk(2, 1).Select(p => p.shape[1]));
        Assert.Equal(3, x.chunk(7, 1).Length);
    }

    [Fact]
    public void IndicesReadAndWrite()
    {
        var columns = tensor([2L, 0L]);
        Near([2, 0, 5, 3], x.index_select(1, columns));
        Near([2, 3], x.gather(1, tensor([2L, 0L], [2, 1])));
        Near([0, 1, 7, 8, 4, 5], x.clone().index_put_(tensor([7f, 8f]), tensor([0L, 1L]), columns));
        Near([10, 1, 2, 3, 4, 5], zeros(2, 3).copy_(x).index_put_(tensor([4f, 6f]), [tensor([0L, 0L]), tensor([0L, 0L])], true));
        Near([0, 0, 7, 8, 0, 0], zeros(2, 3).scatter_(1, columns.view(2, 1), tensor([7f, 8f], [2, 1])));
        Near([0, 15], zeros(2).scatter_add_(0, tensor([1L, 1L]), tensor([7f, 8f])));
        Near([3, 5, 7, 3, 4, 5], x.clone().index_add_(0, tensor([0L]), x.narrow(0, 1, 1), 1));
        var large = x.gt(2);
        Near([3, 4, 5], x.masked_select(large));
        Near([0, 1, 2, -1, -1, -1], x.masked_fill(large, -1));
        Near([0, 1, 2, 1, 1, 1], where(large, ones(1), x));
        Near([1, 0, 1, 1, 1, 2], large.nonzero());
    }

    [Fact]
    public void ConversionsRound()
    {
        Near([0, 1, 2], tensor([0.9f, 1.1f, 2.7f]).to(int64));
        Near([1.0078125], tensor([1.005f]).to(bfloat16));
        Near([1, 0], tensor([5L, 0L]).to(@bool));
        var gone = ones(1);
        gone.to(float64, disposeAfter: true);
        Assert.True(gone.IsInvalid);
    }
}
