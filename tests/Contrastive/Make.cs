using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

/// <summary>Small inputs.</summary>
internal static class Make
{
    /// <summary>Unit rows [views, images, width] of float32 values; they share a direction, so that cosines spread over −1 … 1.</summary>
    public static double[][][] Rows(Random random, int views, int images, int width)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var common = Enumerable.Range(0, width).Select(_ => 0.7 * Normal()).ToArray();
        double[] Row()
        {
            var row = common.Select(c => c + Normal()).ToArray();
            var length = Math.Sqrt(row.Sum(x => x * x));
            return [.. row.Select(x => (double)(float)(x / length))];
        }

        return [.. Enumerable.Range(0, views).Select(_ => Enumerable.Range(0, images).Select(_ => Row()).ToArray())];
    }

    public static Tensor Tensor(double[][][] rows) =>
        tensor(rows.SelectMany(v => v.SelectMany(r => r)).Select(x => (float)x).ToArray())
            .view(rows.Length, rows[0].Length, rows[0][0].Length);

    public static Tensor Rows(int seed, int views, int images, int width) => Tensor(Rows(new Random(seed), views, images, width));

    public static float[] Floats(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    public static long[] Ids(int count, int first = 0) => [.. Enumerable.Range(first, count).Select(i => (long)i)];
}
