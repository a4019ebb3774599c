using System.Runtime.InteropServices;
using Kindred.Data;
using Kindred.Data.Sampling;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// Makes views of images. The pixels of a view are a function of (seed, epoch, sample, view) alone: the same bits in any batch, on any
/// thread. On a CPU a fused kernel does it, an image at a time on each of several threads; elsewhere, batched tensor operations do.
/// </summary>
public sealed class Augmenter
{
    private readonly AugmentOptions options;
    private readonly long seed;
    private readonly int threads;
    private readonly TensorAugment? tensors;

    public Augmenter(AugmentOptions options, long seed, Device device, int threads = 1)
        : this(options, seed, device, threads, fused: device.type == DeviceType.CPU)
    {
    }

    internal Augmenter(AugmentOptions options, long seed, Device device, int threads, bool fused) =>
        (this.options, this.seed, this.threads, tensors) = (options, seed, threads, fused ? null : new TensorAugment(options, device));

    /// <summary>Views lie in page-locked memory, from which a GPU takes them by itself; needs one.</summary>
    public bool Pinned { get; init; }

    /// <summary>Views of images, [V·b, 3, S, S] fp32 on the device, normalised; row v·b + i is view <c>views[v]</c> of image i.</summary>
    /// <param name="images">b images of any size.</param>
    /// <param name="samples">Their sample ids in the data set.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="views">Numbers of the wanted views.</param>
    /// <param name="channelsLast">Memory in NHWC order.</param>
    public Tensor Views(
        IReadOnlyList<Image> images, ReadOnlySpan<int> samples, int epoch, ReadOnlySpan<int> views, bool channelsLast = false)
    {
        if (images.Count == 0 || images.Count != samples.Length)
            throw new ArgumentException($"{images.Count} images for {samples.Length} samples", nameof(images));
        var recipes = new ViewRecipe[views.Length][];
        for (var v = 0; v < views.Length; v++)
        {
            recipes[v] = new ViewRecipe[images.Count];
            for (var i = 0; i < images.Count; i++)
            {
                var draws = Keyed.For(Draw.Augment, seed, epoch, samples[i], views[v]);
                recipes[v][i] = ViewRecipe.Draw(draws, options, images[i].Height, images[i].Width);
            }
        }

        return Make(images, recipes, channelsLast);
    }

    /// <summary>Images for evaluation, [b, 3, S, S] fp32: central part and normalisation only.</summary>
    public Tensor Evaluation(IReadOnlyList<Image> images, bool channelsLast = false)
    {
        ViewRecipe[] recipes = [.. images.Select(image => ViewRecipe.Central(options.Size, image.Height, image.Width))];
        return Make(images, [recipes], channelsLast, plain: true);
    }

    /// <summary>recipes[v][i] makes view v of image i; plain when they hold windows only.</summary>
    internal Tensor Make(IReadOnlyList<Image> images, ViewRecipe[][] recipes, bool channelsLast, bool plain = false)
    {
        if (tensors is null)
            return Render(images, recipes, channelsLast);
        var x = tensors.Apply(images, recipes, plain);
        return channelsLast ? TorchExtra.ChannelsLast(x) : x;
    }

    private Tensor Render(IReadOnlyList<Image> images, ViewRecipe[][] recipes, bool channelsLast)
    {
        var (b, n, s) = (images.Count, recipes.Length * images.Count, options.Size);
        using var scope = NewDisposeScope();
        long[] shape = channelsLast ? [n, s, s, 3] : [n, 3, s, s];
        var y = Pinned ? TorchExtra.EmptyPinned(shape) : empty(shape);
        Crew.Run(b, threads, () => new PixelKernel(options, channelsLast), (image, kernel) =>
        {
            var pixels = MemoryMarshal.Cast<byte, float>(y.bytes);
            var pyramid = new Pyramid(images[image], s);
            for (var v = 0; v < recipes.Length; v++)
            {
                var (source, window) = pyramid.For(recipes[v][image].Window);
                kernel.Render(source, window, recipes[v][image], pixels.Slice((v * b + image) * 3 * s * s, 3 * s * s));
            }
        });
        return (channelsLast ? y.permute(0, 3, 1, 2) : y).MoveToOuterDisposeScope();
    }
}
