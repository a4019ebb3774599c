using Kindred.Data;
using Kindred.Data.Formats;
using Kindred.Gpu.Evaluation;

namespace Kindred.Gpu.Step;

/// <summary>
/// Weighted kNN of a snapshot: the training images are the reference, evaluation set and held-out images the queries, without
/// augmentation and with running statistics. Spread and RankMe are those of the queries' features.
/// </summary>
public sealed class KnnEvaluation(FeatureExtractor features, IDataSet train, IDataSet? evaluation, IDataSet? holdout, int k, double t) : IEvaluation, IDisposable
{
    private const int SampledImages = 2000;

    public EvaluationResult Evaluate(TensorBundle state) => Evaluate(state.Entries());

    /// <summary>The same of a checkpoint's model part.</summary>
    public EvaluationResult Evaluate(IReadOnlyList<SafeTensor> state)
    {
        features.Load(state, ema: false);
        double? knn = null, held = null;
        using var reference = evaluation is null && holdout is null ? features.Of(train, SampledImages) : features.Of(train);
        var (spread, rankMe) = (Features.Spread(reference), Features.RankMe(reference));
        if (evaluation is not null)
            (knn, spread, rankMe) = Query(reference, evaluation);
        if (holdout is not null)
            (held, _, _) = Query(reference, holdout);
        return new EvaluationResult(knn, held, spread, rankMe);
    }

    public void Dispose() => features.Dispose();

    private (double? Knn, double Spread, double RankMe) Query(TorchSharp.torch.Tensor reference, IDataSet set)
    {
        using var queries = features.Of(set);
        double? knn = train.Labels is { } known && set.Labels is { } truth
            ? Features.KnnAccuracy(reference, known, queries, truth, train.Classes, k, t)
            : null;
        return (knn, Features.Spread(queries), Features.RankMe(queries));
    }
}
