using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class BlobTests
{
    // Sizes that no other test receives.
    private const long Elements = 1_234_567;

    [Fact]
    public void MemoryIsUsedAgainOnceTheLastTensorOverItIsGone()
    {
        var first = Make(Elements);
        var memory = Position(first);
        Assert.Equal(0, memory % 64);
        first.fill_(3);
        var alias = first.alias();
        first.Dispose();
        using (var second = Make(Elements))
        {
            Assert.NotEqual(memory, Position(second));
            second.fill_(4);
            Assert.Equal(3 * Elements, alias.sum().ToDouble());
        }

        alias.Dispose();
        using var third = Make(Elements);
        Assert.Equal(memory, Position(third));
    }

    [Fact]
    public void NoMoreIsKeptThanTheBound()
    {
        const long elements = 9_000_001; // 36 MB: 30 of them are more than the bound
        var tensors = Enumerable.Range(0, 30).Select(_ => Make(elements)).ToArray();
        foreach (var tensor in tensors)
            tensor.Dispose();
        Assert.InRange(BlobPool.Held, BlobPool.Capacity - (elements * sizeof(float)), BlobPool.Capacity);
    }

    [Fact]
    public void AShapeOfOtherBytesIsRefused()
    {
        Assert.Throws<ExternalException>(() => TorchExtra.EmptyReused([Elements], ScalarType.Float32, Elements));
        using var small = TorchExtra.EmptyReused([3], ScalarType.BFloat16, 6);
        Assert.Equal([3], small.shape);
    }

    private static Tensor Make(long elements) => TorchExtra.EmptyReused([elements], ScalarType.Float32, elements * sizeof(float));

    private static unsafe nint Position(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(TorchExtra.Bytes(tensor)));
}
