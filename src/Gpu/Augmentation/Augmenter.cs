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
        IReadOnlyList<Image> images, ReadOnlyMemory<int> samples, int epoch, IReadOnlyList<int> views, bool channelsLast = false)
    {
        if (images.Count == 0 || images.Count != samples.Length)
            throw new ArgumentException($"{images.Count} images for {samples.Length} samples", nameof(images));
        return Views(i => images[i], samples, epoch, views, channelsLast);
    }

    /// <summary>The same of a data set's images, each read on the thread that makes its views.</summary>
    public Tensor Views(IDataSet data, ReadOnlyMemory<int> samples, int epoch, IReadOnlyList<int> views, bool channelsLast = false) =>
        Views(i => data.Read(samples.Span[i]), samples, epoch, views, channelsLast);

    /// <summary>Images for evaluation, [b, 3, S, S] fp32: central part and normalisation only.</summary>
    public Tensor Evaluation(IReadOnlyList<Image> images, bool channelsLast = false) => Make(
        images.Count, i => images[i], (_, image) => [ViewRecipe.Central(options.Size, image.Height, image.Width)], 1, channelsLast, plain: true);

    /// <summary>recipes[v][i] makes view v of image i.</summary>
    internal Tensor Make(IReadOnlyList<Image> images, ViewRecipe[][] recipes, bool channelsLast) =>
        Make(images.Count, i => images[i], (i, _) => [.. recipes.Select(view => view[i])], recipes.Length, channelsLast);

    private Tensor Views(Func<int, Image> read, ReadOnlyMemory<int> samples, int epoch, IReadOnlyList<int> views, bool channelsLast) => Make(
        samples.Length, read,
        (i, image) => [.. views.Select(v => ViewRecipe.Draw(Keyed.For(Draw.Augment, seed, epoch, samples.Span[i], v), options, image.Height, image.Width))],
        views.Count, channelsLast);

    private Tensor Make(int b, Func<int, Image> read, Func<int, Image, ViewRecipe[]> draw, int views, bool channelsLast, bool plain = false)
    {
        if (tensors is null)
            return Render(b, read, draw, views, channelsLast);
        Image[] images = [.. Enumerable.Range(0, b).Select(read)];
        ViewRecipe[][] drawn = [.. images.Select((image, i) => draw(i, image))];
        var x = tensors.Apply(images, [.. Enumerable.Range(0, views).Select(v => drawn.Select(of => of[v]).ToArray())], plain);
        return channelsLast ? TorchExtra.ChannelsLast(x) : x;
    }

    private Tensor Render(int b, Func<int, Image> read, Func<int, Image, ViewRecipe[]> draw, int views, bool channelsLast)
    {
        var (n, s) = (views * b, options.Size);
        using var scope = NewDisposeScope();
        long[] shape = channelsLast ? [n, s, s, 3] : [n, 3, s, s];
        var y = Pinned ? TorchExtra.EmptyPinned(shape) : empty(shape);
        Crew.Run(b, threads, () => new PixelKernel(options, channelsLast), (i, kernel) =>
        {
            var pixels = MemoryMarshal.Cast<byte, float>(y.bytes);
            var image = read(i);
            var (recipes, pyramid) = (draw(i, image), new Pyramid(image, s));
            for (var v = 0; v < views; v++)
            {
                var (source, window) = pyramid.For(recipes[v].Window);
                kernel.Render(source, window, recipes[v], pixels.Slice((v * b + i) * 3 * s * s, 3 * s * s));
            }
        });
        return (channelsLast ? y.permute(0, 3, 1, 2) : y).MoveToOuterDisposeScope();
    }
}
