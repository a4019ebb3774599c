using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kindred.Gpu.Augmentation;

/// <summary>Separable Gaussian blur with reflection at the borders (without repeating the edge), rows first.</summary>
internal sealed class BlurPass(int size, int taps)
{
    private readonly int radius = taps / 2;
    private readonly float[] row = new float[new Planes(size).Stride + taps];
    private readonly Planes across = new(size);

    public void Apply(Planes planes, ReadOnlySpan<float> weights)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < size; y++)
                Across(planes.Row(channel, y), weights, across.Row(channel, y));
            for (var y = 0; y < size; y++)
                Down(channel, y, weights, planes.Row(channel, y));
        }
    }

    private void Across(ReadOnlySpan<float> source, ReadOnlySpan<float> weights, Span<float> target)
    {
        for (var x = -radius; x < size + radius; x++)
            row[x + radius] = source[Reflect(x)];
        var to = MemoryMarshal.Cast<float, Vector256<float>>(target);
        for (var i = 0; i < to.Length; i++)
        {
            var sum = Vector256<float>.Zero;
            for (var tap = 0; tap < weights.Length; tap++)
                sum += Vector256.Create(row.AsSpan(8 * i + tap, 8)) * weights[tap];
            to[i] = sum;
        }
    }

    private void Down(int channel, int y, ReadOnlySpan<float> weights, Span<float> target)
    {
        var to = MemoryMarshal.Cast<float, Vector256<float>>(target);
        to.Clear();
        for (var tap = 0; tap < weights.Length; tap++)
        {
            var from = MemoryMarshal.Cast<float, Vector256<float>>(across.Row(channel, Reflect(y + tap - radius)));
            for (var i = 0; i < to.Length; i++)
                to[i] += from[i] * weights[tap];
        }
    }

    private int Reflect(int at) => at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
}
