namespace Kindred.Data;

public enum DataKind
{
    Cifar10,
    Cifar100,
    Folder,
    Synthetic,
}

/// <summary>Which images to train on: the keys <c>data.*</c>.</summary>
public sealed record DataOptions
{
    public required DataKind Kind { get; init; }

    /// <summary>Folder of the images or .bin files. CIFAR: where null, the environment's KINDRED_DATA. Synthetic: not used.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Folder of the evaluation images; null: CIFAR's own test part, or the sibling <c>val</c> or <c>test</c> of a <c>train</c> folder.
    /// </summary>
    public string? EvalPath { get; init; }

    /// <summary>Train on the first so many images in file order; null: on all.</summary>
    public int? Limit { get; init; }

    /// <summary>So many of the training images in use, drawn by the seed, are kept out for choosing.</summary>
    public int Holdout { get; init; }

    /// <summary>The run's seed: draws the held-out images and the synthetic set.</summary>
    public long Seed { get; init; }

    /// <summary>More than this share of a set being corrupt is an error. 0 … 1.</summary>
    public double MaxCorrupt { get; init; } = 0.01;

    /// <summary>JPEGs may be decoded at 1/2, 1/4 or 1/8 while both sides keep at least so many pixels; 0: full size.</summary>
    public int MinSize { get; init; }
}

/// <summary>What a run reads.</summary>
/// <param name="Train">The training images in use.</param>
/// <param name="Evaluation">null: no evaluation set was given or found.</param>
/// <param name="Holdout">null unless <see cref="DataOptions.Holdout"/> asks for it.</param>
public sealed record DataSplits(IDataSet Train, IDataSet? Evaluation, IDataSet? Holdout) : IDisposable
{
    public void Dispose()
    {
        Train.Dispose();
        Evaluation?.Dispose();
        Holdout?.Dispose();
    }
}
