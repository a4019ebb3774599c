namespace Kindred.Host.Configuration;

[Group("Evaluation")]
public sealed record EvaluationSettings
{
    [Key("eval.every", "epochs between evaluations; 0: only after the last step", Min = 0, Resumable = true)]
    public int Every { get; init; } = 1;

    [Key("knn.k", "neighbours that vote in the weighted kNN", Min = 1)]
    public int KnnK { get; init; } = 200;

    [Key("knn.tau", "temperature of the votes", Above = 0)]
    public double KnnTau { get; init; } = 0.1;
}
