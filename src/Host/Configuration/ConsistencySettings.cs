namespace Kindred.Host.Configuration;

public enum ConsistencyMode
{
    Sync,
    Async,
    Local,
}

/// <summary>When workers wait for one another; docs/consistency.md.</summary>
[Group("Consistency")]
public sealed record ConsistencySettings
{
    [Key("consistency", "sync: a commit is a batch, exact; async: a shard of it; local: several batches. docs/consistency.md")]
    public ConsistencyMode Mode { get; init; } = ConsistencyMode.Sync;

    [Key("staleness", "async: a gradient's parameters lack at most so many commits", Min = 1, Max = 4096, Derived = "as many as shards")]
    public int Staleness { get; init; } = 1;

    [Key("local.steps", "local: H, batches that each shard is trained on between two commits", Min = 1, Max = 100_000)]
    public int LocalSteps { get; init; } = 16;

    [Key("local.momentum", "local: Nesterov momentum of the outer step, from commit to commit; 0: plain averaging", Min = 0, Below = 1)]
    public double LocalMomentum { get; init; }

    [Key("local.lr", "local: learning rate of the outer step; 1 takes the average as it is", Above = 0)]
    public double LocalLearningRate { get; init; } = 1;
}
