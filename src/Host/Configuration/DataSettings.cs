using Kindred.Data;

namespace Kindred.Host.Configuration;

[Group("Data")]
public sealed record DataSettings
{
    [Key("data", "what to train on")]
    public DataKind Kind { get; init; } = DataKind.Cifar10;

    [Key("data.path", "folder of CIFAR's .bin files, or of images (root/class/*.jpg, or flat without labels)",
        Derived = "CIFAR: the set's folder under KINDRED_DATA", Resumable = true, OfNode = true)]
    public string? Path { get; init; }

    [Key("data.eval", "folder of the evaluation images",
        Derived = "CIFAR: its test part; folder: the sibling val or test of a train folder, else no kNN", Resumable = true, OfNode = true)]
    public string? EvalPath { get; init; }

    [Key("data.limit", "train on the first so many images in file order", Min = 1)]
    public int? Limit { get; init; }

    [Key("data.holdout", "so many training images are kept out of training, to choose the best checkpoint on", Min = 0)]
    public int Holdout { get; init; }

    [Key("data.size", "side of the images that the encoder sees, in pixels", Min = 8, Max = 1024, Derived = "224 for folder, else 32")]
    public int Size { get; init; } = 32;

    [Key("data.maxCorrupt", "a larger share of corrupt images stops the run", Min = 0, Max = 1)]
    public double MaxCorrupt { get; init; } = 0.01;

    [Key("data.threads", "threads that decode and augment one shard's images; any number gives the same pixels", Min = 1, Max = 1024,
        Derived = "1 beside workers on the CPU; with GPUs the cores, shared by the workers", Resumable = true, OfNode = true)]
    public int Threads { get; init; } = 1;
}
