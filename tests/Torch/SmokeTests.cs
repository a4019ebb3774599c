using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class TorchSmokeTests
{
    [Fact]
    public void LinearLayerLearns()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2f, 3f, 4f], [2, 2]);
        var w = tensor([1f, -1f], [1, 2], requires_grad: true);
        var loss = (nn.functional.linear(x, w) * 2).sum();
        Assert.Equal(-4f, loss.ToSingle());
        loss.backward();
        Assert.Equal([8f, 12f], w.grad!.data<float>().ToArray());
    }

    [Fact]
    public void ErrorsAreExceptions()
    {
        using var a = zeros(2, 3);
        using var b = zeros(2, 3);
        var error = Assert.Throws<ExternalException>(() => a.mm(b));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message);
    }
}
