using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class CreationTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void FactoriesFill()
    {
        Check.Near([0, 0, 0, 0], zeros(2, 2));
        Check.Near([1, 1], ones([2], float64));
        Check.Near([2.5, 2.5], full([2], 2.5));
        Check.Near([2, 4, 6], arange(2, 8, 2));
        Check.Near([1, 0, 0, 1], eye(2));
        Check.Shape([3, 0, 2], empty(3, 0, 2));
    }

    [Fact]
    public void TypesAreTorchSharps()
    {
        Assert.Equal(float32, zeros(1).dtype);
        Assert.Equal(float32, full([1], 3).dtype);
        Assert.Equal(int64, arange(3).dtype);
        Assert.Equal(float32, arange(0f, 3f).dtype);
        Assert.Equal(int32, arange(3, dtype: int32).dtype);
        Assert.Equal(bfloat16, zeros([1], bfloat16).dtype);
        Assert.Equal(2, zeros([1], bfloat16).element_size());
    }

    [Fact]
    public void LikeKeepsTypeAndDeviceUnlessGiven()
    {
        var x = zeros([2, 3], float64);
        Assert.Equal(int64, x.zeros_like(int64).dtype);
        Check.Near([1, 1, 1, 1, 1, 1], ones_like(x));
        Check.Near([7, 7, 7, 7, 7, 7], x.full_like(7));
    }

    [Fact]
    public void ArraysAreCopiedBothWays()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var x = tensor(values, [2, 3]);
        values[0] = 9;
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], x.data<float>().ToArray());
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], x.t().data<float>().ToArray());
        Assert.Equal([3L, 4L], tensor([3L, 4L]).data<long>().ToArray());
        Assert.Equal([true, false], tensor([true, false], [2]).data<bool>().ToArray());
        Assert.Equal(24, TorchExtra.Bytes(x).Length);
        Assert.Equal(BitConverter.GetBytes(1f), TorchExtra.Bytes(x)[..4].ToArray());
        Check.Near([1, 2], TorchExtra.FromSpan<byte>([1, 2], [2]));
    }

    [Fact]
    public void WrongUseOfMemoryIsRefused()
    {
        var x = zeros(2, 3);
        Assert.Throws<ArgumentException>(() => x.data<double>());
        Assert.Throws<ArgumentException>(() => tensor([1f, 2f], [3]));
        Assert.Throws<InvalidOperationException>(() => x.t().bytes.Length);
        Assert.Throws<InvalidOperationException>(() => x.item<float>());
    }

    [Fact]
    public void NumbersComeOut()
    {
        Assert.Equal(3.5f, tensor(3.5f).item<float>());
        Assert.Equal(3.5, tensor(3.5f).ToDouble());
        Assert.Equal(-7, tensor(-7L).ToInt64());
        Assert.True(tensor([2, 3]).gt(1).all().ToBoolean());
        Assert.Equal(1.5, zeros([1], bfloat16).add(1.5).ToDouble());
    }

    [Fact]
    public void ASeedRepeats()
    {
        manual_seed(5);
        var first = randn(4);
        manual_seed(5);
        Assert.Equal(first.data<float>().ToArray(), randn(4).data<float>().ToArray());
        Assert.All(randint(2, 5, [100]).data<long>().ToArray(), v => Assert.InRange(v, 2, 4));
        Assert.All(rand(50).data<float>().ToArray(), v => Assert.InRange(v, 0, 1));
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda", DeviceType.CUDA, -1)]
    [InlineData("cuda:3", DeviceType.CUDA, 3)]
    public void DevicesParse(string text, DeviceType type, int index)
    {
        var device = new Device(text);
        Assert.Equal((type, index, text), (device.type, device.index, device.ToString()));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    public void OtherDevicesAreRefused(string text) => Assert.Throws<ArgumentException>(() => new Device(text));
}
