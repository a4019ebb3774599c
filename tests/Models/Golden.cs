using System.Text.Json;
using Kindred.Gpu.Models;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Models;

/// <summary>What PyTorch made of the same formulas: tests/golden/nets.json, written by nets.py beside it.</summary>
internal static class Golden
{
    private static readonly JsonDocument Document =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "nets.json")));

    public static JsonElement Root => Document.RootElement;

    public static JsonElement Network(string name) =>
        Root.GetProperty("networks").EnumerateArray().Single(network => network.GetProperty("name").GetString() == name);

    public static double[] Numbers(this JsonElement element, string property) =>
        [.. element.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>n values in [−1, 1), as wave() in nets.py.</summary>
    public static float[] Wave(long n, double phase)
    {
        var values = new float[n];
        for (long k = 0; k < n; k++)
            values[k] = (float)WaveAt(k, phase);
        return values;
    }

    /// <summary>Normalised images [n, 3, size, size], as images() in nets.py.</summary>
    public static Tensor Images(int n, int size)
    {
        var values = new float[n * 3 * size * size];
        for (var k = 0; k < values.Length; k++)
            values[k] = (float)(WaveAt(k, 0.5) + WaveAt(values.Length - 1 - k, 2.5));
        return tensor(values, [n, 3, size, size]);
    }

    /// <summary>Parameters as fill() in nets.py sets them.</summary>
    public static void Fill(ParameterLayout layout, Tensor flat)
    {
        for (var i = 0; i < layout.Parameters.Count; i++)
        {
            var (shape, values) = (layout.Parameters[i].Shape, new float[layout.Parameters[i].Count]);
            var scale = shape.Length > 1 ? Math.Sqrt(4.0 / shape[1..].Aggregate(1L, (a, b) => a * b)) : 0.1;
            for (var k = 0; k < values.Length; k++)
                values[k] = (float)(scale * WaveAt(k, i) + (shape.Length == 1 && i % 3 == 1 ? 1 : 0));
            layout.View(flat, i).copy_(tensor(values, shape));
        }
    }

    /// <summary>The same shape and the same bits.</summary>
    public static bool SameBits(this Tensor x, Tensor y) =>
        x.shape.SequenceEqual(y.shape) && TorchExtra.Bytes(x.contiguous()).SequenceEqual(TorchExtra.Bytes(y.contiguous()));

    /// <summary>Every element within <paramref name="tolerance"/> of the largest expected one, or of 1.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        var bound = tolerance * Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"element {i}: expected {expected[i]}, got {actual[i]}");
    }

    public static double WaveAt(long k, double phase)
    {
        var x = Math.Sin(12.9898 * k + 78.233 * phase) * 43758.5453;
        return 2 * (x - Math.Floor(x)) - 1;
    }
}
