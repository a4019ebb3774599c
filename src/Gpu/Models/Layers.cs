using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Models;

/// <summary>Where a layer declares its parameters: the layout, the name so far ("layer1.0."), how convolutions start.</summary>
internal readonly record struct Room(ParameterLayout Layout, string Prefix = "", bool FanOut = false)
{
    public Room Under(string name) => this with { Prefix = $"{Prefix}{name}." };

    public int Parameter(string name, long[] shape, Init init, bool decay = true) => Layout.Add(new ParameterSpec(Prefix + name, shape, init, decay));
}

/// <summary>Convolution without bias, padded by half its kernel: [n, in, h, w] → [n, out, ⌈h/stride⌉, ⌈w/stride⌉].</summary>
internal sealed class Conv(Room room, string name, long inputs, long outputs, long kernel, long stride = 1)
{
    private readonly long[] strides = [stride, stride], padding = [kernel / 2, kernel / 2];
    private readonly int weight = room.Parameter(
        $"{name}.weight",
        [outputs, inputs, kernel, kernel],
        room.FanOut ? Init.Normal(outputs * kernel * kernel) : Init.Uniform(inputs * kernel * kernel));

    public Tensor Forward(Tensor x, Weights w) => F.conv2d(x, w[weight], strides: strides, padding: padding);
}

/// <summary>Batch norm over [n, channels, …]. With <paramref name="shift"/> false it has a scale only.</summary>
internal sealed class Norm(Room room, string name, long channels, bool shift = true)
{
    private readonly int scale = room.Parameter($"{name}.weight", [channels], Init.Constant(1), decay: false);
    private readonly int? bias = shift ? room.Parameter($"{name}.bias", [channels], Init.Constant(0), decay: false) : null;
    private readonly int norm = room.Layout.Add(new NormSpec(room.Prefix + name, channels));

    public Tensor Forward(Tensor x, Weights w)
    {
        // With momentum 1, training replaces the statistics by exactly the batch's mean and unbiased variance.
        var beta = bias is { } index ? w[index] : null;
        return F.batch_norm(x, w.Mean(norm), w.Variance(norm), w[scale], beta, w.Training, momentum: 1);
    }
}

/// <summary>Dense layer: [n, in] → [n, out].</summary>
internal sealed class Dense(Room room, string name, long inputs, long outputs, bool hasBias = true)
{
    private readonly int weight = room.Parameter($"{name}.weight", [outputs, inputs], Init.Uniform(inputs));
    private readonly int? bias = hasBias ? room.Parameter($"{name}.bias", [outputs], Init.Uniform(inputs), decay: false) : null;

    public Tensor Forward(Tensor x, Weights w) => F.linear(x, w[weight], bias is { } index ? w[index] : null);
}
