using Kindred.Data.Cifar;
using Kindred.Data.Folders;
using Kindred.Data.Sampling;
using Kindred.Data.Synthetic;

namespace Kindred.Data;

/// <summary>Opens the sets that a run reads.</summary>
public static class DataSets
{
    private static readonly string[] EvaluationFolders = ["val", "test"];

    /// <param name="options">The keys <c>data.*</c>.</param>
    /// <param name="onCorrupt">Called once for every corrupt image, on the thread that met it.</param>
    /// <exception cref="DataException">The data is missing, damaged, or too small.</exception>
    public static DataSplits Open(DataOptions options, Action<CorruptImage>? onCorrupt = null) => options.Kind switch
    {
        DataKind.Cifar10 => OpenCifar(CifarFiles.Cifar10, options),
        DataKind.Cifar100 => OpenCifar(CifarFiles.Cifar100, options),
        DataKind.Folder => OpenFolder(options, onCorrupt),
        _ => OpenSynthetic(options),
    };

    private static DataSplits OpenCifar(CifarFiles files, DataOptions options)
    {
        var folder = files.Locate(options.Path);
        var train = files.ReadTraining(folder, options.Limit);
        var test = files.ReadTest(options.EvalPath ?? folder);
        var (used, held) = Split(train.Length / files.RecordBytes, options);
        return new DataSplits(
            new CifarSet($"{files.Name} train", files, train, used),
            new CifarSet($"{files.Name} test", files, test, Enumerable.Range(0, test.Length / files.RecordBytes)),
            held.Length == 0 ? null : new CifarSet($"{files.Name} holdout", files, train, held));
    }

    private static DataSplits OpenFolder(DataOptions options, Action<CorruptImage>? onCorrupt)
    {
        var train = FolderListing.Scan(options.Path ?? throw new DataException("data=folder needs data.path=FOLDER."));
        var evalPath = options.EvalPath ?? SiblingOf(train.Root);
        var evaluation = evalPath is null ? null : FolderListing.Scan(evalPath, train.ClassNames);
        var (used, held) = Split(train.Entries.Count, options);
        ImageFolder Part(string name, int[] ids) => new(name, train, ids.Select(id => train.Entries[id]), options, onCorrupt);
        return new DataSplits(
            Part("training folder", used),
            evaluation is null ? null : new ImageFolder("evaluation folder", evaluation, evaluation.Entries, options, onCorrupt),
            held.Length == 0 ? null : Part("holdout", held));
    }

    private static DataSplits OpenSynthetic(DataOptions options)
    {
        var (used, held) = Split(SyntheticSet.TrainImages, options);
        return new DataSplits(
            new SyntheticSet("synthetic train", options.Seed, 0, used),
            new SyntheticSet("synthetic evaluation", options.Seed, 1, Enumerable.Range(0, SyntheticSet.EvaluationImages)),
            held.Length == 0 ? null : new SyntheticSet("synthetic holdout", options.Seed, 0, held));
    }

    /// <summary>The <c>val</c> or <c>test</c> beside a folder named <c>train</c>.</summary>
    private static string? SiblingOf(string train)
    {
        var folder = new DirectoryInfo(train);
        return folder.Name != "train" || folder.Parent is null
            ? null
            : EvaluationFolders.Select(name => Path.Combine(folder.Parent.FullName, name)).FirstOrDefault(Directory.Exists);
    }

    /// <summary>Of the first <c>limit</c> records, those to train on and <c>holdout</c> drawn by the seed; both in file order.</summary>
    private static (int[] Used, int[] Held) Split(int records, DataOptions options)
    {
        var count = Math.Min(records, options.Limit ?? records);
        if (count < 2)
            throw new DataException(
                $"There is {count} training image in use: contrastive training needs at least 2 (data.path, data.limit).");
        if (options.Holdout < 0 || options.Holdout > count - 2)
            throw new DataException($"data.holdout={options.Holdout} leaves too few of {count} training images: take 0 to {count - 2}.");
        var order = Keyed.For(Draw.Holdout, options.Seed).NextPermutation(count);
        return ([.. order[options.Holdout..].Order()], [.. order[..options.Holdout].Order()]);
    }
}
