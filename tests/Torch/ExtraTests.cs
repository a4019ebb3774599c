using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

/// <summary>Threads are a setting of the process for threads that set none, so nothing else may run.</summary>
[Collection(nameof(Alone))]
public sealed class ExtraTests : IDisposable
{
    private readonly int threads = TorchExtra.GetThreads();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        TorchExtra.SetThreads(threads);
    }

    [Fact]
    public void ThreadsKeepTheirOwnNumber()
    {
        int first = 0, second = 0;
        using var firstSet = new ManualResetEventSlim();
        using var secondSet = new ManualResetEventSlim();
        var one = new Thread(() =>
        {
            TorchExtra.SetThreads(1);
            firstSet.Set();
            secondSet.Wait();
            using var big = ones(1_000_000).add(1);
            first = TorchExtra.GetThreads();
        });
        var two = new Thread(() =>
        {
            firstSet.Wait();
            TorchExtra.SetThreads(2);
            secondSet.Set();
            using var big = ones(1_000_000).add(1);
            second = TorchExtra.GetThreads();
        });
        one.Start();
        two.Start();
        one.Join();
        two.Join();
        Assert.Equal((1, 2), (first, second));
        Assert.Throws<ExternalException>(() => TorchExtra.SetThreads(0));
    }

    [Fact]
    public void AutocastComputesProductsInBf16()
    {
        var x = ones(2, 2);
        using (TorchExtra.Autocast(CPU, enabled: true))
        {
            Assert.Equal(bfloat16, x.matmul(x).dtype);
            using (TorchExtra.Autocast(CPU, enabled: false))
                Assert.Equal(float32, x.matmul(x).dtype);
            Assert.Equal(bfloat16, x.matmul(x).dtype);
        }
        Assert.Equal(float32, x.matmul(x).dtype);
    }

    [Fact]
    public void AutocastSeesNewWeightsInTheNextScope()
    {
        var x = ones(1, 1);
        var weight = ones([1, 1], requires_grad: true);
        double Forward()
        {
            using (TorchExtra.Autocast(CPU, enabled: true))
                return x.matmul(weight).ToDouble();
        }
        Assert.Equal(1, Forward());
        using (no_grad())
            weight.fill_(2);
        Assert.Equal(2, Forward());
    }

    [Fact]
    public void ChannelsLastMovesMemoryNotElements()
    {
        var x = Counting(1, 2, 2, 2);
        var y = TorchExtra.ChannelsLast(x);
        Assert.Equal([8, 1, 4, 2], y.stride());
        Near([0, 1, 2, 3, 4, 5, 6, 7], y);
        Near([0, 4, 1, 5, 2, 6, 3, 7], y.permute(0, 2, 3, 1).view(-1));
    }

    [Fact]
    public void DeterministicCanBeSwitched()
    {
        TorchExtra.Deterministic(true);
        Near([0, 3], zeros(2).scatter_add_(0, tensor([1L, 1L]), tensor([1f, 2f])));
        TorchExtra.Deterministic(false);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void SgdIsItsEquationBitForBit(bool nesterov, bool perParameter)
    {
        const int n = 100_003;
        const float lr = 0.1f, mu = 0.9f, wd = 1e-2f;
        var random = new Random(3);
        float[] p = Draw(random, n), g = Draw(random, n), m = Draw(random, n), decay = [.. Enumerable.Range(0, n).Select(i => i % 2f)];
        var (tp, tg, tm) = (tensor(p), tensor(g), tensor(m));
        for (var step = 0; step < 3; step++)
        {
            TorchExtra.SetThreads(step % 2 + 1);
            TorchExtra.SgdStep_(tp, tg, tm, lr, mu, wd, nesterov, perParameter ? tensor(decay) : null);
            for (var i = 0; i < n; i++)
            {
                var direction = g[i] + (perParameter ? wd * decay[i] : wd) * p[i];
                m[i] = mu * m[i] + direction;
                p[i] -= lr * (nesterov ? direction + mu * m[i] : m[i]);
            }
        }
        Assert.Equal(p, tp.data<float>().ToArray());
        Assert.Equal(m, tm.data<float>().ToArray());
        Assert.Equal(g, tg.data<float>().ToArray());
    }

    [Fact]
    public void UpdatesRefuseTensorsThatDoNotMatch()
    {
        Assert.Throws<ExternalException>(() => TorchExtra.SgdStep_(zeros(2), zeros(3), zeros(2), 1, 0, 0, false));
        Assert.Throws<ExternalException>(() => TorchExtra.SgdStep_(zeros([2], float64), zeros(2), zeros(2), 1, 0, 0, false));
        Assert.Throws<ExternalException>(() => TorchExtra.SgdStep_(zeros(2, 2), zeros(2, 2).t(), zeros(2, 2), 1, 0, 0, false));
    }

    [Fact]
    public void WithoutCudaItSaysSo()
    {
        Assert.SkipWhen(TorchProbe.Gpus() > 0, "this machine has CUDA");
        Assert.Contains("cuda", Assert.Throws<ExternalException>(() => CudaStream.Create(0)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Throws<ExternalException>(() => zeros(1).pin_memory());
    }

    [Fact]
    public void CopiesAndStreamsOnCuda()
    {
        Assert.SkipUnless(TorchProbe.Gpus() > 0, "no CUDA here");
        var side = CudaStream.Create(0);
        using (side.Use())
            Assert.Equal(side, CudaStream.Current(0));
        Assert.NotEqual(side, CudaStream.Current(0));
        var image = TorchExtra.ChannelsLast(Counting(2, 5, 10, 10));
        var before = TorchExtra.LiveTensors;
        var there = side.Upload(image);
        Assert.Equal(before + 1, TorchExtra.LiveTensors); // page-locked memory that waits for a garbage collection is never there when it is needed
        CudaStream.Current(0).Take(there, side);
        Assert.Equal(new Device("cuda:0"), there.device);
        Assert.Equal(image.stride(), there.stride());
        Assert.Equal(499_500, there.sum().ToDouble());
    }

    [Theory]
    [InlineData(0.9f, true)]
    [InlineData(0.9f, false)]
    [InlineData(0f, false)]
    public void SgdOnCudaIsTheCpus(float mu, bool perParameter)
    {
        Assert.SkipUnless(TorchProbe.Gpus() > 0, "no CUDA here");
        var random = new Random(4);
        float[] p = Draw(random, 1000), g = Draw(random, 1000), m = Draw(random, 1000), decay = [.. Enumerable.Range(0, 1000).Select(i => i % 2f)];
        Tensor[] On(Device device)
        {
            Tensor[] state = [tensor(p, device: device), tensor(m, device: device)];
            for (var step = 0; step < 3; step++)
                TorchExtra.SgdStep_(
                    state[0], tensor(g, device: device), state[1], 0.1, mu, 1e-2, nesterov: false, perParameter ? tensor(decay, device: device) : null);
            return [.. state.Select(s => s.cpu())];
        }

        foreach (var (here, there) in On(CPU).Zip(On(new Device("cuda:0"))))
            Assert.True(here.allclose(there, 1e-5, 1e-6));
    }

    private static float[] Draw(Random random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() - 0.5f)];
}
