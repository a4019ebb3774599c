using Kindred.Data;
using Kindred.Data.Sampling;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Models;
using Kindred.Gpu.Optimization;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;
using static TorchSharp.torch;

namespace Kindred.Host.Training;

/// <summary>Settings and data made into the parts that compute a step. Everything that follows from the seed follows here.</summary>
internal sealed class Recipe(Settings settings, DataSplits data)
{
    private readonly ContrastOptions contrast = Contrast(settings, data.Train.Labels is not null);

    public CommitPlans Plans { get; } = CommitPlans.Of(settings, data.Train.Count);

    /// <summary>Which samples make up a step, that is a commit.</summary>
    public EpochPlan Plan => Plans.Steps;

    /// <summary>0 but in async.</summary>
    public int Staleness => settings.Consistency.Mode == ConsistencyMode.Async ? settings.Consistency.Staleness : 0;

    /// <summary>Steps of the whole schedule; <c>steps</c> may end the run before.</summary>
    public long ScheduledSteps => (long)settings.Optimization.Epochs * Plan.StepsPerEpoch;

    public long LastStep => Math.Min(ScheduledSteps, settings.Optimization.Steps ?? long.MaxValue);

    /// <summary>Tries what can only fail for a reason that the user must mend: options that contradict one another or the data, devices.</summary>
    /// <exception cref="ConfigurationException">One line that says which.</exception>
    public void Check()
    {
        RequireBelow2GiB("bank.length and head.out", (long)settings.Contrast.BankLength * settings.Model.HeadOut);
        RequireBelow2GiB("batch, views and data.size", Plans.Batches.Shard(1, 0).Length * (long)settings.Views * 3 * settings.Data.Size * settings.Data.Size);
        try
        {
            using var objective = Contrast();
            foreach (var device in settings.Machine.Devices.Workers.Distinct())
                using (zeros([1], device: new Device(device)))
                    continue;
        }
        catch (ContrastException contradiction)
        {
            throw new ConfigurationException(contradiction.Message, contradiction);
        }
        catch (System.Runtime.InteropServices.ExternalException device)
        {
            throw new ConfigurationException($"devices={settings.Machine.Devices} can't be used: {device.Message}", device);
        }
    }

    private static void RequireBelow2GiB(string keys, long floats)
    {
        if (floats * sizeof(float) > int.MaxValue)
            throw new ConfigurationException($"{keys} make a tensor of {floats * sizeof(float) >> 20} MiB, and 2047 is the most: lower one of them, or take more shards");
    }

    public ILocalEncoder LocalEncoder(string device) =>
        new LocalEncoder(() => Encoder(device), settings.Consistency.LocalMomentum, settings.Consistency.LocalLearningRate);

    /// <summary>In async an update is one shard's, one of S of a batch: it takes a rate and an EMA decay by which S of them come to a batch's.</summary>
    public Encoder Encoder(string device)
    {
        var (o, machine) = (settings.Optimization, settings.Machine);
        var updates = settings.Consistency.Mode == ConsistencyMode.Async ? machine.Shards : 1;
        var peak = Schedule.Peak(o.LearningRate, o.Batch, o.LearningRateScale) / updates;
        var total = (long)o.Epochs * Plans.Batches.StepsPerEpoch;
        var options = new EncoderOptions(
            settings.Run.Seed, settings.Views, machine.Threads, machine.Precision == Precision.Bf16,
            Math.Pow(settings.Contrast.Ema, 1.0 / updates), Optimizer, done => Schedule.Rate(peak, done, total, o.WarmUp.Share(o.Epochs)))
        {
            Bf16Wire = machine.Wire == Precision.Bf16,
        };
        return new Encoder(options, Model(settings), new Device(device));
    }

    public IContrast Contrast() => new Contrast(
        () => new Objective(contrast, data.Train.Labels, settings.Model.HeadOut, new Device(KeeperDevice)),
        contrast, Plans.Batches, settings.Consistency.Mode != ConsistencyMode.Sync, settings.Fnc.Start, settings.Machine.Threads, new Device(KeeperDevice));

    public IViewSource Views() => new AugmentedViews(data.Train, Plans.Batches, Augmenter(settings), settings.Views);

    public KnnEvaluation Evaluation() => new(Features(settings), data.Train, data.Evaluation, data.Holdout, settings.Evaluation.KnnK, settings.Evaluation.KnnTau);

    /// <summary>A frozen encoder of these settings, for evaluation and embedding.</summary>
    public static FeatureExtractor Features(Settings settings)
    {
        var device = new Device(settings.Machine.Devices.Workers[0]);
        var (threads, bf16) = (settings.Machine.Threads, settings.Machine.Precision == Precision.Bf16);
        return new FeatureExtractor(Model(settings), Augmenter(settings), device, threads, bf16, settings.Data.Threads);
    }

    public static ContrastiveModel Model(Settings settings)
    {
        var model = settings.Model;
        return new ContrastiveModel(
            model.Name, model.Stem,
            new HeadOptions(model.HeadLayers, model.HeadWidth, model.HeadOut, model.HeadNorm));
    }

    public static AugmentOptions Augmentation(Settings settings)
    {
        var aug = settings.Augmentation;
        var options = new AugmentOptions(settings.Data.Size)
        {
            CropMin = aug.CropMin, CropMax = aug.CropMax, FlipP = aug.Flip, JitterP = aug.Jitter, Strength = aug.Strength,
            GrayP = aug.Gray, BlurP = aug.Blur, SolarizeP = aug.Solarize,
        };
        return settings.Data.Kind == DataKind.Folder
            ? options with { Mean = new Rgb(0.485, 0.456, 0.406), Std = new Rgb(0.229, 0.224, 0.225) }
            : options;
    }

    /// <summary>Pixels a side that a decoded image keeps, so that the smallest crop of a square one still has as many as its view.</summary>
    public static int LeastDecoded(Settings settings) =>
        (int)Math.Ceiling(settings.Data.Size / Math.Sqrt(Math.Clamp(settings.Augmentation.CropMin, 0.04, 1)));

    private static Augmenter Augmenter(Settings settings) =>
        new(Augmentation(settings), settings.Run.Seed, new Device("cpu"), settings.Data.Threads) { Pinned = settings.Machine.Devices.AnyCuda };

    private string KeeperDevice => settings.Machine.Devices.Workers[0];

    private IOptimizer Optimizer(ParameterLayout layout, Device device)
    {
        var o = settings.Optimization;
        return o.Optimizer switch
        {
            OptimizerKind.Lars => new Lars(layout, device, o.WeightDecay, o.Momentum, o.LarsEta),
            OptimizerKind.AdamW => new AdamW(layout, device, o.WeightDecay, o.Momentum),
            _ => new Sgd(layout, device, o.WeightDecay, o.Momentum, decayAll: o.DecayExclusion == DecayExclusion.None),
        };
    }

    private static ContrastOptions Contrast(Settings settings, bool hasLabels)
    {
        var (c, fnc) = (settings.Contrast, settings.Fnc);
        var cancels = c.Method == Method.Fnc;
        if (cancels && fnc.Oracle && !hasLabels)
            throw new DataException(
                $"fnc.oracle=true needs labels, and {settings.Data.Path} has none: sort its images into a folder per class, or drop the oracle.");
        return new ContrastOptions(
            c.Tau, c.Negatives,
            cancels ? fnc.Mode : CancelMode.None,
            c.Views, cancels ? fnc.Support : 0, (SupportViews)fnc.SupportViews,
            fnc.TopK, fnc.Threshold, fnc.Aggregate, fnc.Oracle && cancels,
            c.BankCurrent, c.BankViews, c.BankLength);
    }
}
