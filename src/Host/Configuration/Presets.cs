namespace Kindred.Host.Configuration;

/// <summary>Other sets of defaults, below the configuration file and the command line.</summary>
public static class Presets
{
    /// <summary>Huynh et al., "Boosting contrastive self-supervised learning with false negative cancellation", WACV 2022,
    /// ImageNet.</summary>
    private static readonly Dictionary<string, string> FncPaper = new()
    {
        ["model"] = "resnet50", ["method"] = "fnc", ["views"] = "2", ["tau"] = "0.1", ["negatives"] = "batch",
        ["fnc.mode"] = "attract", ["fnc.support"] = "8", ["fnc.supportViews"] = "all", ["fnc.topk"] = "10", ["fnc.threshold"] = "0.7",
        ["fnc.aggregate"] = "max", ["fnc.start"] = "0",
        ["batch"] = "4096", ["epochs"] = "100", ["warmup"] = "10 epochs",
        ["optimizer"] = "lars", ["lr"] = "0.1", ["lr.scale"] = "sqrt", ["momentum"] = "0.9", ["wd"] = "1e-4", ["wd.exclude"] = "norm",
        ["lars.eta"] = "0.001",
        ["head.layers"] = "3", ["head.norm"] = "true", ["head.out"] = "128",
        ["aug.crop.min"] = "0.08", ["aug.strength"] = "1", ["aug.blur"] = "0.5",
    };

    /// <summary>Its momentum variant: 16 batches of rows, keys from an averaged copy.</summary>
    private static readonly Dictionary<string, string> FncPaperMemory = new(FncPaper)
    {
        ["negatives"] = "bank", ["bank.length"] = "65536", ["bank.views"] = "all", ["bank.current"] = "true", ["ema"] = "0.999",
    };

    public static IReadOnlyDictionary<string, string> Values(Preset preset) => preset switch
    {
        Preset.FncPaper => FncPaper,
        Preset.FncPaperMemory => FncPaperMemory,
        _ => new Dictionary<string, string>(),
    };

    /// <summary>Where the preset departs from the paper; null for none.</summary>
    public static string? Note(Preset preset) => preset == Preset.None ? null
        : $"preset={ValueText.Format(preset)}: as in the paper, but batch norm is per shard (the paper's is global), without RandAugment";
}
