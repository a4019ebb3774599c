using System.Runtime.InteropServices;
using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class AutogradTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x = tensor([1.0, 2.0, 3.0], requires_grad: true);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void BackwardAccumulatesIntoLeaves()
    {
        Assert.Null(x.grad);
        (x * x).sum().backward();
        Near([2, 4, 6], x.grad!);
        autograd.backward(x * x, tensor([1.0, 0, 1.0]));
        Near([4, 4, 12], x.grad!);
        autograd.backward([x.sum(), x * 2], [tensor(1.0), ones([3], float64)]);
        Near([7, 7, 15], x.grad!);
        x.grad = null;
        Assert.Null(x.grad);
        x.grad = zeros([3], float64);
        Near([0, 0, 0], x.grad!);
    }

    [Fact]
    public void GradReturnsAndLeavesTheLeavesAlone()
    {
        var y = tensor([1.0], requires_grad: true);
        var cube = x.pow(3);
        var first = autograd.grad([cube.sum()], [x], create_graph: true)[0];
        Near([3, 12, 27], first);
        Near([6, 12, 18], autograd.grad([first.sum()], [x])[0]);
        Near([3, 24, 81], autograd.grad([x.pow(3)], [x], [tensor([1.0, 2.0, 3.0])])[0]);
        Assert.Null(x.grad);
        Assert.Null(autograd.grad([x.sum()], [x, y], allow_unused: true)[1]);
        Assert.Throws<ExternalException>(() => autograd.grad([x.sum()], [y]));
    }

    [Fact]
    public void AGraphIsUsedOnceUnlessKept()
    {
        var loss = x.exp().sum();
        loss.backward(null, retain_graph: true);
        loss.backward();
        var error = Assert.Throws<ExternalException>(loss.backward);
        Assert.Contains("second time", error.Message);
    }

    [Fact]
    public void GradModeNestsAndBelongsToTheThread()
    {
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(x.mul(2).requires_grad);
            using (enable_grad())
                Assert.True(x.mul(2).requires_grad);
            var elsewhere = false;
            var other = new Thread(() => elsewhere = is_grad_enabled());
            other.Start();
            other.Join();
            Assert.True(elsewhere);
            Assert.False(is_grad_enabled());
        }
        Assert.True(is_grad_enabled());
        Assert.True(x.is_leaf);
        Assert.False((x * 2).is_leaf);
        Assert.False((x * 2).detach().requires_grad);
        Assert.Throws<ExternalException>(() => x.add_(1));
        x.requires_grad = false;
        Near([2, 3, 4], x.add_(1));
    }

    [Fact]
    public void GradientsOfASmallNetworkAreFiniteDifferences()
    {
        manual_seed(1);
        var image = randn([2, 3, 6, 6], float64);
        var weight = randn([4, 3, 3, 3], float64, requires_grad: true);
        Tensor Loss(Tensor w)
        {
            var hidden = nn.functional.conv2d(image, w, padding: [1, 1]);
            hidden = nn.functional.batch_norm(hidden, null, null, training: true).tanh();
            return nn.functional.normalize(nn.functional.adaptive_avg_pool2d(hidden, 2).flatten(1)).pow(3).sum();
        }
        Loss(weight).backward();
        var gradient = weight.grad!.data<double>().ToArray();
        foreach (var i in (int[])[0, 17, 58, 107])
        {
            using var guard = no_grad();
            double At(double step)
            {
                var moved = weight.detach().clone();
                moved.view(-1)[i] = moved.view(-1)[i] + step;
                return Loss(moved).ToDouble();
            }
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-7);
        }
    }
}
