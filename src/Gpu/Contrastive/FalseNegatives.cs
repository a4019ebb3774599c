using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// Which negatives are of the anchor's own kind. For image i with support embeddings S_i and every column m that isn't a view of i:
/// score(m, i) = max (or mean) over s ∈ S_i of k_m · s; F_i = the top-k by score, or those above a threshold, or both
/// (arXiv 2011.11765, section 3.1). All anchors of an image share F_i; no gradient flows through detection.
/// </summary>
internal static class FalseNegatives
{
    /// <param name="logits">[V, b, C], z·k/τ of the anchors: the same products serve as scores where z itself votes.</param>
    /// <param name="keys">[V, b, D], the EMA projections that vote on the bank's columns; null: z votes.</param>
    /// <param name="from">The first of the b images.</param>
    /// <returns>Flat cells (image, column) of [b, C], int64 [n], image by image.</returns>
    public static Tensor Detect(ContrastOptions options, Columns columns, Tensor logits, Tensor? keys, int from)
    {
        if (options.Threshold >= 1)
            return empty([0], ScalarType.Int64, logits.device);
        var scores = Scores(options, columns, logits, keys);
        Exclude(scores, columns, from);
        var least = options.Threshold > -1 ? options.Threshold / options.Tau : double.NegativeInfinity;
        if (options.TopK == 0)
            return scores.gt(least).view(-1).nonzero().view(-1);
        var (values, picked) = TopK.Largest(scores, options.TopK);
        var row = arange(scores.shape[0], dtype: ScalarType.Int64, device: scores.device).unsqueeze(1) * scores.shape[1];
        return (picked + row).masked_select(values.gt(least));
    }

    /// <summary>The upper bound: every candidate with its image's label. A label below 0 is unknown.</summary>
    public static Tensor Oracle(Columns columns, IReadOnlyList<int> labels, long[] ids, int from, int count, Device device)
    {
        var byLabel = columns.Ids.Select((id, column) => (id, column)).Skip(columns.Shared ? 0 : columns.Fresh)
            .ToLookup(c => labels[(int)c.id]);
        var cells = new List<long>();
        for (var i = from; i < from + count; i++)
        {
            var (label, row) = (labels[(int)ids[i]], (i - from) * (long)columns.Count);
            if (label >= 0)
                cells.AddRange(byLabel[label].Where(c => c.id != ids[i]).Select(c => row + c.column));
        }

        return tensor(cells.ToArray(), device: device);
    }

    /// <summary>[b, C]: scores, divided by τ like the logits.</summary>
    private static Tensor Scores(ContrastOptions options, Columns columns, Tensor logits, Tensor? keys)
    {
        var (first, count) = options.Voters;
        Tensor OverVoters(Tensor votes) => options.Aggregate == Aggregate.Max ? votes.amax([0]) : votes.mean([0]);
        var z = logits.narrow(0, first, count);
        if (keys is null || !options.UsesBank)
            return OverVoters(z);

        var voters = keys.narrow(0, first, count).reshape(-1, keys.shape[2]) / options.Tau;
        return cat([.. columns.Blocks.Select((block, b) =>
            b == 0 && options.Negatives == NegativeSource.BatchAndBank ? OverVoters(columns.OfStep(z))
            : OverVoters(voters.matmul(block.Rows.t()).view(count, logits.shape[1], -1)))], 1);
    }

    /// <summary>Leaves only candidates: no view of the own image, and none that the anchor doesn't see.</summary>
    private static void Exclude(Tensor scores, Columns columns, int from)
    {
        var table = scores.unsqueeze(0);
        if (columns.Shared)
            columns.Own(table, from).fill_(float.NegativeInfinity);
        else
            columns.OfStep(table).fill_(float.NegativeInfinity);
        var earlier = columns.Earlier(from, (int)scores.shape[0]);
        if (earlier.Length > 0)
            Cells.Fill(scores, tensor(earlier, device: scores.device), float.NegativeInfinity);
    }
}
