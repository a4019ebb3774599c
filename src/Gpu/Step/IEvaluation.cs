namespace Kindred.Gpu.Step;

/// <summary>Measures a snapshot of the model state beside the training: weighted kNN on encoder features, and signs of collapse.</summary>
public interface IEvaluation
{
    /// <summary>Evaluates a snapshot of a worker's replica; doesn't dispose it.</summary>
    EvaluationResult Evaluate(TensorBundle state);
}

/// <summary>
/// Fractions 0–1; null where there are no labels or no such set. Uniformity of spread: mean standard deviation of unit embeddings × √D
/// (1 is healthy, 0 collapsed); RankMe (Garrido et al., ICML 2023): exp of the entropy of the singular values, 1 … D.
/// </summary>
public sealed record EvaluationResult(double? KnnTop1, double? HoldoutTop1, double Spread, double RankMe);
