using Kindred.Gpu.Optimization;

namespace Kindred.Host.Configuration;

public enum OptimizerKind
{
    Sgd,
    Lars,
    AdamW,
}

public enum DecayExclusion
{
    None,
    Norm,
}

[Group("Optimization")]
public sealed record OptimizationSettings
{
    [Key("batch", "images of a step, over all shards", Min = 2, Max = 1_048_576)]
    public int Batch { get; init; } = 256;

    [Key("epochs", "passes over the data; they also set the learning rate's schedule", Min = 1, Max = 1_000_000)]
    public int Epochs { get; init; } = 10;

    [Key("steps", "stop early, after so many steps", Min = 1, Resumable = true)]
    public long? Steps { get; init; }

    [Key("optimizer", "sgd with momentum, lars, or adamw")]
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    [Key("lr", "peak learning rate, before lr.scale", Above = 0)]
    public double LearningRate { get; init; } = 0.5;

    [Key("lr.scale", "none; linear: lr * batch / 256; sqrt: lr * sqrt(batch)")]
    public RateScaling LearningRateScale { get; init; } = RateScaling.None;

    [Key("warmup", "linear warm-up before the cosine: a share of all steps (0.05), or \"10 epochs\"")]
    public WarmUp WarmUp { get; init; } = new(0.05, InEpochs: false);

    [Key("momentum", "momentum of sgd and lars, beta1 of adamw", Min = 0, Below = 1)]
    public double Momentum { get; init; } = 0.9;

    [Key("wd", "weight decay", Min = 0)]
    public double WeightDecay { get; init; } = 5e-4;

    [Key("wd.exclude", "norm: no weight decay for batch-norm weights and biases; lars and adamw never decay them")]
    public DecayExclusion DecayExclusion { get; init; } = DecayExclusion.None;

    [Key("lars.eta", "trust coefficient of lars", Above = 0)]
    public double LarsEta { get; init; } = 0.001;
}
