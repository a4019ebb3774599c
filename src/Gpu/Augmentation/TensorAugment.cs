using Kindred.Data;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// The definition of the augmentations as batched tensor operations, for any device: what the CPU's kernel, which a training uses, is held against.
/// Nothing here depends on which other views are in the batch: an operation that only some views need runs on all, as an identity for the others.
/// </summary>
internal sealed class TensorAugment(AugmentOptions options, Device device)
{
    private readonly Tensor luma = Column(ColourStage.Luma, device);
    private readonly Tensor mean = Column([options.Mean.R, options.Mean.G, options.Mean.B], device);
    private readonly Tensor std = Column([options.Std.R, options.Std.G, options.Std.B], device);

    /// <summary>recipes[v][i] makes view v of image i. Returns [V·b, 3, S, S] fp32, normalised, view-major.</summary>
    /// <param name="images">b images of any size.</param>
    /// <param name="recipes">V by b.</param>
    /// <param name="plain">Crop and normalise only.</param>
    public Tensor Apply(IReadOnlyList<Image> images, ViewRecipe[][] recipes, bool plain)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        ViewRecipe[] all = [.. recipes.SelectMany(view => view)];
        var x = Crop(images, recipes);
        if (!plain)
            x = Change(x, all);
        return x.sub_(mean).div_(std).MoveToOuterDisposeScope();
    }

    private Tensor Change(Tensor x, ViewRecipe[] recipes)
    {
        var stages = (options.JitterP > 0 ? 4 : 0) + (options.GrayP > 0 ? 1 : 0);
        if (stages > 0)
            x = Colour(x, recipes, stages);
        if (options.BlurP > 0)
            x = Blur(x, recipes);
        return options.SolarizeP > 0 ? Solarize(x, recipes) : x;
    }

    private Tensor Crop(IReadOnlyList<Image> images, ViewRecipe[][] recipes)
    {
        Pyramid[] pyramids = [.. images.Select(image => new Pyramid(image, options.Size))];
        var sources = recipes.Select(view => view.Select((recipe, i) => pyramids[i].For(recipe.Window)).ToArray()).ToArray();
        return cat([.. sources.SelectMany(view => OfOneSize(view) ? [Sample(view)] : view.Select(source => Sample([source])))]);
    }

    private static bool OfOneSize((Image Image, Window)[] view) =>
        view.All(v => (v.Image.Height, v.Image.Width) == (view[0].Image.Height, view[0].Image.Width));

    // Images of one size: [n, 3, H, W] bytes → [n, 3, S, S] in [0, 1].
    private Tensor Sample((Image Image, Window Window)[] sources)
    {
        var (n, h, w) = (sources.Length, sources[0].Image.Height, sources[0].Image.Width);
        var bytes = new byte[n * 3 * h * w];
        for (var i = 0; i < n; i++)
            sources[i].Image.Pixels.Span.CopyTo(bytes.AsSpan(i * 3 * h * w));
        var x = tensor(bytes, [n, 3, h, w], device: device).to(ScalarType.Float32).div_(255);
        if ((h, w) == (options.Size, options.Size) && sources.All(source => source.Window == Window.Whole))
            return x;
        float[] theta = [.. sources.Select(source => source.Window).SelectMany(window => new[]
            { window.ScaleX, 0, window.ShiftX, 0, window.ScaleY, window.ShiftY }).Select(value => (float)value)];
        var grid = F.affine_grid(tensor(theta, [n, 2, 3], device: device), [n, 3, options.Size, options.Size], align_corners: false);
        return F.grid_sample(x, grid, padding_mode: GridSamplePaddingMode.Reflection, align_corners: false);
    }

    private Tensor Colour(Tensor x, ViewRecipe[] recipes, int stages)
    {
        // Of each view and stage the matrix by columns, then the weight of the mean luma.
        var (n, table) = (recipes.Length, new float[recipes.Length * stages * 10]);
        for (var row = 0; row < n * stages; row++)
        {
            var stage = recipes[row / stages].Stage(row % stages);
            for (var k = 0; k < 9; k++)
                table[10 * row + k] = stage.Matrix(k % 3, k / 3);
            table[10 * row + 9] = (float)stage.Mean;
        }

        var entries = tensor(table, [n, stages, 10, 1, 1], device: device);
        for (var stage = 0; stage < stages; stage++)
        {
            // The mean of each channel first: a reduction to one value per batch would depend on the number of threads.
            var y = x.mean([2, 3], keepdim: true).mul_(luma).sum(1, keepdim: true).mul_(entries.select(1, stage).narrow(1, 9, 1));
            for (var channel = 0; channel < 3; channel++)
                y = y.addcmul(x.narrow(1, channel, 1), entries.select(1, stage).narrow(1, 3 * channel, 3), 1);
            x = y.clamp_(0, 1);
        }

        return x;
    }

    // Separable and depthwise: each channel of each view is a group with its own weights.
    private Tensor Blur(Tensor x, ViewRecipe[] recipes)
    {
        var (n, taps, size) = (recipes.Length, options.BlurTaps, options.Size);
        float[] weights = [.. recipes.SelectMany(recipe => recipe.BlurWeights(taps))];
        var kernel = tensor(weights, [n, 1, 1, 1, taps], device: device).expand(n, 3, 1, 1, taps).reshape(3 * n, 1, 1, taps);
        var r = taps / 2;
        var padded = F.pad(x, [r, r, r, r], PaddingModes.Reflect).view(1, 3 * n, size + 2 * r, size + 2 * r);
        var rows = F.conv2d(padded, kernel, groups: 3 * n);
        return F.conv2d(rows, kernel.transpose(2, 3), groups: 3 * n).view(n, 3, size, size);
    }

    private Tensor Solarize(Tensor x, ViewRecipe[] recipes)
    {
        var chosen = tensor([.. recipes.Select(recipe => recipe.Solarize)], [recipes.Length, 1, 1, 1], device: device);
        return where(x.ge(0.5).logical_and(chosen), x.neg().add_(1), x);
    }

    private static Tensor Column(double[] values, Device device) =>
        tensor([.. values.Select(value => (float)value)], [1, 3, 1, 1], device: device).DetachFromDisposeScope();
}
