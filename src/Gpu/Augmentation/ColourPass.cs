using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// Colour steps on planes in the cache: several steps in one pass, in registers. Only a step that needs the image's mean luma,
/// contrast, has to wait for all pixels, so a view takes at most two passes.
/// </summary>
internal static class ColourPass
{
    public static void Apply(Planes planes, ReadOnlySpan<ColourStage> stages)
    {
        var (done, mean) = (0, 0.0);
        for (var i = 0; i < stages.Length; i++)
            if (stages[i].Mean != 0)
            {
                mean = Run(planes, stages[done..i], mean);
                done = i;
            }

        if (done < stages.Length)
            Run(planes, stages[done..], mean);
    }

    // Applies the steps, the first of which may use the mean luma so far, and returns the new mean luma.
    private static double Run(Planes planes, ReadOnlySpan<ColourStage> stages, double mean)
    {
        Span<Step> steps = stackalloc Step[stages.Length];
        for (var i = 0; i < stages.Length; i++)
            steps[i] = new Step(stages[i], mean);
        var total = 0.0;
        for (var y = 0; y < planes.Size; y++)
            total += Row(planes.Row(0, y), planes.Row(1, y), planes.Row(2, y), planes.Size, steps);
        return total / (planes.Size * planes.Size);
    }

    // Returns the row's sum of luma, by lanes, then lanes in order.
    private static double Row(Span<float> red, Span<float> green, Span<float> blue, int size, ReadOnlySpan<Step> steps)
    {
        Span<Vector256<float>> reds = Vectors(red), greens = Vectors(green), blues = Vectors(blue);
        Vector256<float> luma = default, last = default;
        for (var i = 0; i < reds.Length; i++)
        {
            var (r, g, b) = (reds[i], greens[i], blues[i]);
            foreach (ref readonly var step in steps)
                step.Apply(ref r, ref g, ref b);
            (reds[i], greens[i], blues[i]) = (r, g, b);
            luma += last;
            last = r * (float)ColourStage.Luma[0] + g * (float)ColourStage.Luma[1] + b * (float)ColourStage.Luma[2];
        }

        var sum = 0.0;
        for (var lane = 0; lane < 8; lane++)
            sum += luma[lane] + (lane < size - (red.Length - 8) ? last[lane] : 0);
        return sum;
    }

    private static Span<Vector256<float>> Vectors(Span<float> row) => MemoryMarshal.Cast<float, Vector256<float>>(row);

    /// <summary>x' = Mx + o, clamped to [0, 1].</summary>
    private readonly struct Step(ColourStage stage, double mean)
    {
        private readonly float m00 = stage.Matrix(0, 0), m01 = stage.Matrix(0, 1), m02 = stage.Matrix(0, 2);
        private readonly float m10 = stage.Matrix(1, 0), m11 = stage.Matrix(1, 1), m12 = stage.Matrix(1, 2);
        private readonly float m20 = stage.Matrix(2, 0), m21 = stage.Matrix(2, 1), m22 = stage.Matrix(2, 2);
        private readonly float o = (float)(stage.Mean * mean);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector256<float> r, ref Vector256<float> g, ref Vector256<float> b)
        {
            var offset = Vector256.Create(o);
            (r, g, b) = (
                Clamp(offset + r * m00 + g * m01 + b * m02),
                Clamp(offset + r * m10 + g * m11 + b * m12),
                Clamp(offset + r * m20 + g * m21 + b * m22));
        }

        private static Vector256<float> Clamp(Vector256<float> x) =>
            Vector256.Min(Vector256.Max(x, Vector256<float>.Zero), Vector256<float>.One);
    }
}
