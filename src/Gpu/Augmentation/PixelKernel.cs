using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Kindred.Data;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// The augmentations of <see cref="TensorAugment"/> fused for a CPU: one view at a time, which stays in the cache from its first
/// operation to its last. Eight lanes and no fused multiply-add whatever the machine has, so the bits are the same on any.
/// Not thread-safe: it owns scratch.
/// </summary>
internal sealed class PixelKernel(AugmentOptions options, bool channelsLast)
{
    private readonly Planes planes = new(options.Size);
    private readonly WindowSampler sampler = new(options.Size);
    private readonly BlurPass? blur = options.BlurP > 0 ? new BlurPass(options.Size, options.BlurTaps) : null;

    /// <summary>Renders a view of a window as [3, S, S], or [S, S, 3] when channels come last.</summary>
    public void Render(Image image, Window window, ViewRecipe recipe, Span<float> view)
    {
        sampler.Sample(image, window, planes);
        ColourPass.Apply(planes, recipe.Colours);
        if (recipe.BlurSigma > 0)
            blur!.Apply(planes, recipe.BlurWeights(options.BlurTaps));
        ReadOnlySpan<double> mean = [options.Mean.R, options.Mean.G, options.Mean.B], std = [options.Std.R, options.Std.G, options.Std.B];
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = planes[channel];
            if (recipe.Solarize)
                Solarize(plane);
            Normalise(plane, (float)(1 / std[channel]), (float)(-mean[channel] / std[channel]));
            Write(plane, view, channel);
        }
    }

    private static void Solarize(Span<float> plane)
    {
        foreach (ref var x in MemoryMarshal.Cast<float, Vector256<float>>(plane))
            x = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, Vector256.Create(0.5f)), Vector256<float>.One - x, x);
    }

    private static void Normalise(Span<float> plane, float scale, float shift)
    {
        foreach (ref var x in MemoryMarshal.Cast<float, Vector256<float>>(plane))
            x = x * scale + Vector256.Create(shift);
    }

    private void Write(ReadOnlySpan<float> plane, Span<float> view, int channel)
    {
        var size = options.Size;
        for (var y = 0; y < size; y++)
        {
            var row = plane.Slice(y * planes.Stride, size);
            if (!channelsLast)
                row.CopyTo(view.Slice((channel * size + y) * size));
            else
                for (var (x, at) = (0, y * size * 3 + channel); x < size; x++, at += 3)
                    view[at] = row[x];
        }
    }
}

/// <summary>Three planes of S rows, each row padded to whole vectors.</summary>
internal sealed class Planes(int size)
{
    private readonly float[] values = new float[3 * size * Padded(size)];

    public int Size => size;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = Padded(size);

    public Span<float> this[int channel] => values.AsSpan(channel * size * Stride, size * Stride);

    public Span<float> Row(int channel, int y) => this[channel].Slice(y * Stride, Stride);

    private static int Padded(int size) => (size + 7) / 8 * 8;
}
