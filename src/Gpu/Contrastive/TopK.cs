using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>The k largest of each row, exactly, equal values in the order of their columns.</summary>
internal static class TopK
{
    private const int Block = 64;

    /// <summary>
    /// One pass over the row for the maximum of each block of 64 columns; the k largest lie in the k blocks with the largest maxima
    /// (of equal ones the first), so only those are looked at again.
    /// </summary>
    /// <param name="scores">[B, C].</param>
    /// <returns>Values and columns, [B, min(k, C)], largest first.</returns>
    public static (Tensor Values, Tensor Columns) Largest(Tensor scores, int k)
    {
        var (rows, width) = (scores.shape[0], scores.shape[1]);
        var blocks = width / Block;
        if (blocks <= k)
            return OneByOne(scores, (int)Math.Min(k, width));

        var maxima = scores.narrow(1, 0, blocks * Block).view(rows, blocks, Block).amax([2]);
        var near = OneByOne(maxima, k).Columns.sort(1).Values;
        var within = arange(Block, dtype: ScalarType.Int64, device: scores.device);
        var rest = arange(blocks * Block, width, dtype: ScalarType.Int64, device: scores.device).expand(rows, width - (blocks * Block));
        var columns = cat([(near.unsqueeze(2) * Block + within).view(rows, k * Block), rest], 1);
        var (values, at) = OneByOne(scores.gather(1, columns), k);
        return (values, columns.gather(1, at));
    }

    /// <summary>max returns the first of equal values; topk promises no order among them.</summary>
    private static (Tensor Values, Tensor Columns) OneByOne(Tensor scores, int k)
    {
        var left = scores.clone();
        var taken = full([scores.shape[0], 1], float.NegativeInfinity, device: scores.device);
        var (values, columns) = (new Tensor[k], new Tensor[k]);
        for (var i = 0; i < k; i++)
        {
            (values[i], columns[i]) = left.max(1, keepdim: true);
            left.scatter_(1, columns[i], taken);
        }

        return (cat(values, 1), cat(columns, 1));
    }
}
