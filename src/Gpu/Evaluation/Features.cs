using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Evaluation;

/// <summary>How good features [N, D] are, without training anything on them.</summary>
public static class Features
{
    private const int QueriesAtOnce = 512;

    /// <summary>
    /// Weighted nearest neighbours (Wu et al., arXiv 1805.01978, section 3.4): each query takes the class with the largest Σ e^{cos/t}
    /// over its k nearest reference images.
    /// </summary>
    /// <param name="reference">[N, D]; rows need not be of unit length.</param>
    /// <param name="referenceLabels">[N], 0 … classes − 1.</param>
    /// <param name="queries">[M, D].</param>
    /// <param name="k">Neighbours; all N where there are fewer.</param>
    /// <returns>The fraction of queries whose class is right, 0–1.</returns>
    public static double KnnAccuracy(
        Tensor reference, IReadOnlyList<int> referenceLabels, Tensor queries, IReadOnlyList<int> queryLabels,
        int classes, int k = 200, double t = 0.1)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var rows = nn.functional.normalize(reference.to_type(ScalarType.Float32), dim: 1).t();
        var labels = tensor(referenceLabels.Select(l => (long)l).ToArray(), device: reference.device);
        var truth = tensor(queryLabels.Select(l => (long)l).ToArray(), device: reference.device);
        k = (int)Math.Min(k, reference.shape[0]);
        var right = 0L;
        for (long from = 0; from < queries.shape[0]; from += QueriesAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(QueriesAtOnce, queries.shape[0] - from);
            var some = nn.functional.normalize(queries.narrow(0, from, count).to_type(ScalarType.Float32), dim: 1);
            var (near, at) = some.matmul(rows).topk(k, 1);
            var weights = ((near - near.narrow(1, 0, 1)) / t).exp(); // the nearest one's is 1: e^{cos/t} itself overflows at small t
            var votes = zeros([count, classes], ScalarType.Float32, reference.device)
                .scatter_add_(1, labels.index_select(0, at.flatten()).view(count, k), weights);
            right += votes.argmax(1).eq(truth.narrow(0, from, count)).sum().ToInt64();
        }

        return (double)right / queries.shape[0];
    }

    /// <summary>The mean standard deviation of unit embeddings × √D: 1 where they fill the sphere, 0 where they have collapsed.</summary>
    public static double Spread(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var unit = nn.functional.normalize(features.to_type(ScalarType.Float64), dim: 1);
        return unit.std(0).mean().ToDouble() * Math.Sqrt(features.shape[1]);
    }

    /// <summary>
    /// RankMe (Garrido et al., arXiv 2210.02885): the exponential of the entropy of the singular values, p = σ/Σσ: an effective rank,
    /// 1 … D. σ² are the eigenvalues of XᵀX, so only a D×D matrix is decomposed.
    /// </summary>
    public static double RankMe(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var x = features.to_type(ScalarType.Float64);
        var sigma = linalg.svdvals(x.t().matmul(x)).sqrt();
        var p = sigma / sigma.sum() + 1e-7;
        return Math.Exp(-(p * p.log()).sum().ToDouble());
    }
}
