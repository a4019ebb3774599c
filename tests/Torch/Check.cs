using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

internal static class Check
{
    /// <summary>Elementwise within 1e-6 of the larger of 1 and the expected value.</summary>
    public static void Near(IReadOnlyList<double> expected, Tensor actual, double tolerance = 1e-6)
    {
        using var wide = actual.to(float64);
        var values = wide.data<double>().ToArray();
        Assert.Equal(expected.Count, values.Length);
        for (var i = 0; i < values.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])) || expected[i].Equals(values[i]),
                $"element {i}: expected {expected[i]}, got {values[i]}");
    }

    public static void Shape(long[] expected, Tensor actual) => Assert.Equal(expected, actual.shape);

    /// <summary>0, 1, 2, … as float32.</summary>
    public static Tensor Counting(params long[] shape)
    {
        using var flat = arange(0f, shape.Aggregate(1L, (a, b) => a * b));
        return flat.reshape(shape);
    }
}
