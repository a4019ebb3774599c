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
        var samples = plan.Shard(step, shard).Span;
        var images = new Image[samples.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = data.Read(samples[i]);
        return new TorchBundle(("views", augmenter.Views(images, samples, plan.Locate(step).Epoch, numbers, channelsLast: true)));
    }
}
