using Kindred.Data.Formats;
using Kindred.Gpu.Models;
using Kindred.Gpu.Step;
using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using static TorchSharp.torch;

namespace Kindred.Host.Training;

/// <summary>An encoder as a safetensors file under torchvision's names, a pure function of the state: the same state, the same bytes.</summary>
internal sealed class EncoderExport(Settings settings, IReadOnlyList<SafeTensor> state, bool ema, long step)
{
    /// <exception cref="InvalidDataException">The state is another architecture's, or has no EMA copy.</exception>
    public void Write(Stream file) => SafetensorsFile.Write(file, Tensors(), Metadata());

    private List<SafeTensor> Tensors()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var model = Recipe.Model(settings);
        var (layout, prefix) = (model.Layout, ema ? StateNames.Ema : "");
        using var parameters = new FlatParameters(layout, CPU, trainable: false);
        using var norms = NormStatistics.Running(layout, CPU);
        state.CopyTo(prefix + StateNames.Parameters, parameters.Flat);
        state.CopyTo(prefix + StateNames.NormMean, norms.Mean);
        state.CopyTo(prefix + StateNames.NormVariance, norms.Variance);

        List<SafeTensor> tensors = [.. Enumerable.Range(0, model.EncoderParameters).Select(i => Entry(layout.Parameters[i].Name, layout.View(parameters.Flat, i)))];
        var (means, variances) = (layout.NormViews(norms.Mean), layout.NormViews(norms.Variance));
        for (var n = 0; n < model.EncoderNorms; n++)
        {
            var name = layout.Norms[n].Name;
            tensors.Add(Entry(name + ".running_mean", means[n]));
            tensors.Add(Entry(name + ".running_var", variances[n]));
            tensors.Add(new SafeTensor(name + ".num_batches_tracked", "I64", [], BitConverter.GetBytes(step)));
        }

        return tensors;
    }

    private Dictionary<string, string> Metadata()
    {
        var augmentation = Recipe.Augmentation(settings);
        var (mean, std) = (augmentation.Mean, augmentation.Std);
        return new(StringComparer.Ordinal)
        {
            ["architecture"] = settings.Model.Name,
            ["stem"] = ValueText.Format(settings.Model.Stem),
            ["input_size"] = $"{settings.Data.Size}",
            ["mean"] = $"{mean.R:R} {mean.G:R} {mean.B:R}",
            ["std"] = $"{std.R:R} {std.G:R} {std.B:R}",
            ["feature_width"] = $"{Recipe.Model(settings).Encoder.Width}",
            ["step"] = $"{step}",
        };
    }

    private static SafeTensor Entry(string name, Tensor tensor) =>
        new(name, "F32", tensor.shape, TorchExtra.Bytes(tensor.contiguous()).ToArray());
}
