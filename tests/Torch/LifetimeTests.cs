using System.Runtime.CompilerServices;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

/// <summary>Counts native tensors of the whole process, so nothing else may run.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class LifetimeTests
{
    private readonly long before = Settled();

    /// <summary>What earlier tests left to the garbage collector is gone.</summary>
    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchExtra.LiveTensors;
    }

    [Fact]
    public void AScopeFreesWhatIsMadeInIt()
    {
        Tensor kept, outer, detached;
        using (NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                var x = ones(3);
                kept = (x + 1).MoveToOuterDisposeScope();
                detached = (x + 2).DetachFromDisposeScope();
                outer = inner.MoveToOuter(x * 3);
                Assert.Equal(1, inner.DisposablesCount);
                Assert.Equal(before + 4, TorchExtra.LiveTensors);
            }
            Assert.Equal(before + 3, TorchExtra.LiveTensors);
            Check.Near([2, 2, 2], kept);
            Check.Near([3, 3, 3], outer);
        }
        Assert.True(kept.IsInvalid);
        Check.Near([3, 3, 3], detached);
        detached.Dispose();
        detached.Dispose();
        Assert.Equal(before, TorchExtra.LiveTensors);
        Assert.Throws<ObjectDisposedException>(() => kept.add(1));
    }

    [Fact]
    public void AnyTensorLeavesItsScope()
    {
        using var scope = NewDisposeScope();
        Tensor[] made = [ones(1), ones(2), ones(3), ones(4)];
        foreach (var i in (int[])[1, 3, 0])
        {
            made[i].Dispose();
            Assert.False(scope.Contains(made[i]));
            Assert.Equal(before + scope.DisposablesCount, TorchExtra.LiveTensors);
        }
        Assert.Equal(1, scope.DisposablesCount);
        scope.Dispose();
        Assert.True(made[2].IsInvalid);
        scope.Dispose();
        Assert.Equal(before, TorchExtra.LiveTensors);
    }

    [Fact]
    public void ScopesMayEndOutOfOrder()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var x = ones(1);
        Assert.True(inner.Contains(x));
        inner.Dispose();
        Assert.Null(CurrentDisposeScope);
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void ScopesBelongToTheirThread()
    {
        using var scope = NewDisposeScope();
        Tensor? made = null;
        var other = new Thread(() => made = ones(1));
        other.Start();
        other.Join();
        Assert.Equal(0, scope.DisposablesCount);
        made!.MoveToOtherDisposeScope(scope);
        Assert.True(scope.Contains(made));
    }

    [Fact]
    public void TheCollectorFreesWhatNobodyDisposed()
    {
        Abandon();
        Assert.Equal(before, Settled());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Abandon()
        {
            for (var i = 0; i < 1000; i++)
                _ = zeros(10);
            Assert.True(TorchExtra.LiveTensors > before);
        }
    }

    [Fact]
    public void TenThousandStepsLeaveNothing()
    {
        using var weight = ones([1, 64], requires_grad: true);
        using var input = ones(8, 64);
        long count = 0, resident = 0;
        for (var step = 0; step < 10_000; step++)
        {
            if (step == 500)
                (count, resident) = (Settled(), Environment.WorkingSet);
            using var scope = NewDisposeScope();
            var loss = nn.functional.linear(input, weight).relu().pow(2).mean();
            loss.backward();
            using (no_grad())
                weight.add_(weight.grad!, -1e-6);
            weight.grad = null;
            _ = torch.cat([input, input]).chunk(2)[0].topk(3).values;
        }
        Assert.Equal(count, Settled());
        Assert.InRange(Environment.WorkingSet - resident, long.MinValue, 24 << 20);
    }

    [Fact]
    public void ManyThreadsMakeAndFree()
    {
        var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var scope = NewDisposeScope();
                Check.Near([n + 1, n + 1], ones(2) + n);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(before, Settled());
    }
}
