using Kindred.Data;
using Kindred.Data.Sampling;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Torch;

namespace Kindred.Gpu.Step;

/// <summary>Reads a shard's images and makes their V views.</summary>
public sealed class AugmentedViews(IDataSet data, EpochPlan plan, Augmenter augmenter, int views) : IViewSource
{
    private readonly int[] numbers = [.. Enumerable.Range(0, views)];

    public TensorBundle Views(long step, int shard)
    {
        TorchExtra.SetThreads(1);
        var samples = plan.Shard(step, shard);
        return new TorchBundle(("views", augmenter.Views(data, samples, plan.Locate(step).Epoch, numbers, channelsLast: true)));
    }
}
