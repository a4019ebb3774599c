using Kindred.Data;
using Kindred.Data.Sampling;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Torch;

namespace Kindred.Gpu.Step;

/// <summary>Reads a shard's images on several threads and makes their V views.</summary>
public sealed class AugmentedViews(IDataSet data, EpochPlan plan, Augmenter augmenter, int views, int threads) : IViewSource
{
    private readonly int[] numbers = [.. Enumerable.Range(0, views)];

    public TensorBundle Views(long step, int shard)
    {
        TorchExtra.SetThreads(1);
        var samples = plan.Shard(step, shard);
        var images = data.Read(samples, threads);
        return new TorchBundle(("views", augmenter.Views(images, samples.Span, plan.Locate(step).Epoch, numbers, channelsLast: true)));
    }
}
