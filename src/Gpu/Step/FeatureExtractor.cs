using Kindred.Data;
using Kindred.Data.Formats;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Models;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// A frozen encoder: features [N, width] of images as they are, with running statistics. Used by one thread at a time; so many
/// <paramref name="readers"/> decode.
/// </summary>
public sealed class FeatureExtractor(ContrastiveModel model, Augmenter augmenter, Device device, int threads, bool bf16, int readers) : IDisposable
{
    private const int ImagesAtOnce = 256;
    private readonly FlatParameters parameters = new(model.Layout, device, trainable: false);
    private readonly NormStatistics norms = NormStatistics.Running(model.Layout, device);

    /// <summary>Takes the encoder of a saved model state, the online one or its EMA copy.</summary>
    /// <exception cref="InvalidDataException">It is another architecture's, or has no EMA copy.</exception>
    public void Load(IReadOnlyList<SafeTensor> state, bool ema)
    {
        var prefix = ema ? StateNames.Ema : "";
        state.CopyTo(prefix + StateNames.Parameters, parameters.Flat);
        state.CopyTo(prefix + StateNames.NormMean, norms.Mean);
        state.CopyTo(prefix + StateNames.NormVariance, norms.Variance);
    }

    /// <summary>Features [N, width] fp32 of a set, in its order, or of its first images.</summary>
    public Tensor Of(IDataSet set, int most = int.MaxValue)
    {
        var count = Math.Min(set.Count, most);
        using var scope = NewDisposeScope();
        var all = empty([count, model.Encoder.Width], device: device);
        for (var from = 0; from < count; from += ImagesAtOnce)
        {
            using var part = NewDisposeScope();
            var images = set.Read(Enumerable.Range(from, Math.Min(ImagesAtOnce, count - from)).ToArray(), readers);
            all.narrow(0, from, images.Length).copy_(Of(images));
        }

        return all.MoveToOuterDisposeScope();
    }

    /// <summary>Features [n, width] fp32 of some images.</summary>
    public Tensor Of(IReadOnlyList<Image> images)
    {
        TorchExtra.SetThreads(threads);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var autocast = TorchExtra.Autocast(device, bf16);
        var x = augmenter.Evaluation(images, channelsLast: true).to(device);
        return model.Features(x, parameters.With(norms, NormMode.Running)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        parameters.Dispose();
        norms.Dispose();
    }
}
