using Kindred.Data;
using Kindred.Gpu.Step;
using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using Kindred.Host.Training;
using static TorchSharp.torch;

namespace Kindred.Bench;

/// <summary>The parts of a step as <c>kindred train</c> makes them from the same settings, and one batch of prepared views.</summary>
internal sealed class StepParts : IDisposable
{
    /// <summary>As the peer's <c>--mode step --amp --channels-last</c>: one worker and shard, two threads. Epochs without end, so
    /// that the learning rate's schedule outlasts the measurement.</summary>
    public static readonly IReadOnlyList<string> Defaults =
    [
        "data=synthetic", "model=resnet8", "method=simclr", "batch=256", "devices=cpu", "shards=1", "threads=2", "precision=bf16", "epochs=10000",
    ];

    private const int Batches = 8;
    private readonly DataSplits data;

    public StepParts(Settings settings)
    {
        Settings = settings;
        data = DataSets.Open(new DataOptions
        {
            Kind = settings.Data.Kind, Path = settings.Data.Path, EvalPath = settings.Data.EvalPath, Seed = settings.Run.Seed,
            MinSize = settings.Data.Size,
            Limit = Batches * settings.Optimization.Batch, // a whole number: otherwise an epoch's batches are a little smaller
        });
        Recipe = new Recipe(settings, data);
        Views = OnDevice((TorchBundle)Recipe.Views().Views(step: 1, shard: 0));
    }

    public Settings Settings { get; }

    public Recipe Recipe { get; }

    /// <summary>Of the first batch, [V·B, 3, H, W], channels innermost, on the device, as the peer's.</summary>
    public TensorBundle Views { get; }

    public string Device => Settings.Machine.Devices.Workers[0];

    /// <summary>What the process sets once, before its first operation.</summary>
    public static void SetUpProcess()
    {
        TorchExtra.SetInterOpThreads(1);
        TorchExtra.Deterministic(false);
    }

    private TorchBundle OnDevice(TorchBundle views)
    {
        using (views)
            return new TorchBundle(("views", views["views"].to(new Device(Device)).alias()));
    }

    public PlainLoop Loop() => new(Recipe.Encoder(Device), Recipe.Contrast(), new FlatSum(Settings.Machine.Threads), Views);

    public void Dispose()
    {
        Views.Dispose();
        data.Dispose();
    }
}
