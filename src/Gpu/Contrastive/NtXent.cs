using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// The loss of an anchor (a, i), view a of image i, over its logits l_c = z·k_c/τ, with P its image's other views among the columns
/// and F the false negatives of its image:
/// <code>
///   NT-Xent      ℓ = −mean_P log p                   p = softmax(l) over all columns but the anchor itself
///   elimination  ℓ = −mean_P log p                   p = softmax(l) over all but the anchor itself and F
///   attraction   ℓ = −mean_(P ∪ F) log p             p as in NT-Xent
///   ∂ℓ/∂l = p − 1/n on what the mean is over, p elsewhere      n = |P|, or |P| + |F|
/// </code>
/// With one other view this is SimCLR (arXiv 2002.05709, eq. 1) and eqs. 3 and 4 of arXiv 2011.11765.
/// </summary>
internal static class NtXent
{
    /// <param name="logits">[V, b, C]; spent: its memory is used.</param>
    /// <param name="from">The first of the b images.</param>
    /// <param name="falseNegatives">Flat cells (image, column) of F, int64 [n], image by image; null: none.</param>
    /// <returns>ℓ, [V, b], and ∂ℓ/∂logits, [V, b, C].</returns>
    public static (Tensor Loss, Tensor Gradient) Compute(Tensor logits, Columns columns, int from, Tensor? falseNegatives, CancelMode mode)
    {
        var (views, images, device) = (logits.shape[0], logits.shape[1], logits.device);
        var others = 1 - eye(views, columns.Views, ScalarType.Float32, device).unsqueeze(2);     // [V, V', 1]: is v another view than a?
        var f = falseNegatives is null ? null : new Cells(falseNegatives, views, images, columns.Count);

        Exclude(logits, columns, from);
        if (mode == CancelMode.Eliminate && f is not null)
            f.Fill(logits, float.NegativeInfinity);
        var logp = logits.log_softmax(2);

        var n = others.sum(1).expand(views, images);
        var sum = columns.Own(logp, from).masked_fill(others.eq(0), 0).sum(1);
        if (mode == CancelMode.Attract && f is not null)
        {
            n = n + f.CountPerImage();
            sum = sum + f.SumPerImage(logp);
        }

        var p = logp.exp_();
        var share = n.reciprocal();
        columns.Own(p, from).sub_(others * share.unsqueeze(1));
        if (mode == CancelMode.Attract && f is not null)
            f.Subtract(p, share);
        return (-(sum * share), p);
    }

    /// <summary>Takes out of the denominator: the anchor itself, its image's rows of earlier steps, and columns of others' own.</summary>
    private static void Exclude(Tensor logits, Columns columns, int from)
    {
        var (views, images) = (logits.shape[0], logits.shape[1]);
        if (!columns.Shared)
        {
            var own = columns.Own(logits, from).clone();
            columns.OfStep(logits).fill_(float.NegativeInfinity);
            columns.Own(logits, from).copy_(own);
        }

        columns.Own(logits, from).diagonal(0, 0, 1).fill_(float.NegativeInfinity);
        var earlier = columns.Earlier(from, (int)images);
        if (earlier.Length > 0)
            new Cells(tensor(earlier, device: logits.device), views, images, columns.Count).Fill(logits, float.NegativeInfinity);
    }
}
