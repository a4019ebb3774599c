using Kindred.Data.Sampling;

namespace Kindred.Gpu.Models;

/// <summary>How a parameter starts. Values are drawn in OIHW order from <c>Keyed.For(Draw.Initialise, seed, parameter index)</c>.</summary>
public readonly record struct Init
{
    private readonly Shape shape;
    private readonly double scale;

    private Init(Shape shape, double scale) => (this.shape, this.scale) = (shape, scale);

    private enum Shape { Constant, Uniform, Normal }

    /// <summary>Every element is <paramref name="value"/>.</summary>
    public static Init Constant(double value) => new(Shape.Constant, value);

    /// <summary>U(±1/√fan_in): PyTorch's default for convolutions, dense layers and their biases (Kaiming uniform, a = √5).</summary>
    public static Init Uniform(long fanIn) => new(Shape.Uniform, 1 / Math.Sqrt(fanIn));

    /// <summary>N(0, 2/fan_out): torchvision's for ImageNet ResNets (He et al. 2015, eq. 14).</summary>
    public static Init Normal(long fanOut) => new(Shape.Normal, Math.Sqrt(2.0 / fanOut));

    /// <summary>Fills <paramref name="values"/> with draws of <paramref name="generator"/>.</summary>
    public void Fill(Span<float> values, Keyed generator)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(shape switch
            {
                Shape.Uniform => generator.NextDouble(-scale, scale),
                Shape.Normal => scale * generator.NextNormal(),
                _ => scale,
            });
    }
}
