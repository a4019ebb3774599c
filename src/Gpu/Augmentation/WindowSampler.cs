using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Kindred.Data;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// Bilinear sampling of an axis-parallel window, as affine_grid and grid_sample (align_corners false) do it: first along source rows, each
/// once, then between two of them. A window never leaves its image by more than half a pixel, where reflection is the border itself.
/// </summary>
internal sealed class WindowSampler(int size)
{
    private readonly Tap[] columns = new Tap[size], rows = new Tap[size];
    private float[] upper = new float[new Planes(size).Stride], lower = new float[new Planes(size).Stride];

    public void Sample(Image image, Window window, Planes planes)
    {
        Place(columns, window.ScaleX, window.ShiftX, image.Width);
        Place(rows, window.ScaleY, window.ShiftY, image.Height);
        for (var channel = 0; channel < 3; channel++)
        {
            var source = image.Pixels.Span.Slice(channel * image.Height * image.Width, image.Height * image.Width);
            var (upperIs, lowerIs) = (-1, -1);
            for (var y = 0; y < size; y++)
            {
                var tap = rows[y];
                if (tap.First == lowerIs)
                    ((upper, upperIs), (lower, lowerIs)) = ((lower, lowerIs), (upper, upperIs));
                if (tap.First != upperIs)
                    Interpolate(source.Slice((upperIs = tap.First) * image.Width, image.Width), upper);
                if (tap.Second != lowerIs)
                    Interpolate(source.Slice((lowerIs = tap.Second) * image.Width, image.Width), lower);
                Blend(upper, lower, tap.Weight, planes.Row(channel, y));
            }
        }
    }

    // In double: a window of the whole image at its own size falls exactly on its pixels.
    private static void Place(Tap[] taps, double scale, double shift, int length)
    {
        for (var i = 0; i < taps.Length; i++)
        {
            var u = (2 * i + 1) / (double)taps.Length - 1;
            var at = Math.Clamp(((scale * u + shift + 1) * length - 1) / 2, 0, length - 1);
            taps[i] = new Tap((int)at, Math.Min((int)at + 1, length - 1), (float)(at - (int)at));
        }
    }

    private void Interpolate(ReadOnlySpan<byte> source, Span<float> row)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var tap = columns[i];
            float first = source[tap.First], second = source[tap.Second];
            row[i] = first + (second - first) * tap.Weight;
        }
    }

    private static void Blend(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float weight, Span<float> row)
    {
        var a = MemoryMarshal.Cast<float, Vector256<float>>(upper);
        var b = MemoryMarshal.Cast<float, Vector256<float>>(lower);
        var to = MemoryMarshal.Cast<float, Vector256<float>>(row);
        for (var i = 0; i < to.Length; i++)
            to[i] = (a[i] + (b[i] - a[i]) * weight) * (1f / 255);
    }

    /// <summary>Two neighbouring source positions and the second's weight.</summary>
    private readonly record struct Tap(int First, int Second, float Weight);
}
