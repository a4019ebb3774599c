using TorchSharp;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Models;

/// <summary>Where a layer declares its parameters: the layout, the name so far ("layer1.0."), how convolutions start.</summary>
internal readonly record struct ParameterScope(ParameterLayout Layout, string Prefix = "", bool FanOut = false)
{
    public ParameterScope Under(string name) => this with { Prefix = $"{Prefix}{name}." };

    public int Parameter(string name, long[] shape, Init init, bool decay = true) =>
        Layout.Add(new ParameterSpec(Prefix + name, shape, init, decay));
}

/// <summary>Convolution without bias, padded by half its kernel: [n, in, h, w] → [n, out, ⌈h/stride⌉, ⌈w/stride⌉].</summary>
internal sealed class Conv(ParameterScope scope, string name, long inputs, long outputs, long kernel, long stride = 1)
{
    private readonly long[] strides = [stride, stride], padding = [kernel / 2, kernel / 2];
    private readonly int weight = scope.Parameter(
        $"{name}.weight",
        [outputs, inputs, kernel, kernel],
        scope.FanOut ? Init.Normal(outputs * kernel * kernel) : Init.Uniform(inputs * kernel * kernel));

    public Tensor Forward(Tensor x, Weights w) => F.conv2d(x, w[weight], strides: strides, padding: padding);
}

/// <summary>Batch norm over [n, channels, …]. With <paramref name="shift"/> false it has a scale only.</summary>
internal sealed class Norm(ParameterScope scope, string name, long channels, bool shift = true)
{
    private readonly int scale = scope.Parameter($"{name}.weight", [channels], Init.Constant(1), decay: false);
    private readonly int? bias = shift ? scope.Parameter($"{name}.bias", [channels], Init.Constant(0), decay: false) : null;
    private readonly int norm = scope.Layout.Add(new NormSpec(scope.Prefix + name, channels));

    public Tensor Forward(Tensor x, Weights w)
    {
        // With momentum 1, training replaces the statistics by exactly the batch's mean and unbiased variance.
        var beta = bias is { } index ? w[index] : null;
        return F.batch_norm(x, w.Mean(norm), w.Variance(norm), w[scale], beta, w.Training, momentum: 1);
    }

    /// <summary>max(0, norm(x) + residual).</summary>
    public Tensor Relu(Tensor x, Weights w, Tensor? residual = null)
    {
        if (w.Training)
            return TorchExtra.NormRelu(x, residual, w[scale], bias is { } index ? w[index] : null, w.Mean(norm), w.Variance(norm));
        var y = Forward(x, w);
        return (residual is null ? y : y.add_(residual)).relu_();
    }
}

/// <summary>Dense layer: [n, in] → [n, out].</summary>
internal sealed class Dense(ParameterScope scope, string name, long inputs, long outputs, bool hasBias = true)
{
    private readonly int weight = scope.Parameter($"{name}.weight", [outputs, inputs], Init.Uniform(inputs));
    private readonly int? bias = hasBias ? scope.Parameter($"{name}.bias", [outputs], Init.Uniform(inputs), decay: false) : null;

    public Tensor Forward(Tensor x, Weights w) => F.linear(x, w[weight], bias is { } index ? w[index] : null);
}
