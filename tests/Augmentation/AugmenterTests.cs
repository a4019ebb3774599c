using System.Text.Json;
using Kindred.Data;
using Kindred.Data.Sampling;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Torch;
using Kindred.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Augmentation;

public sealed class AugmenterTests
{
    private static readonly AugmentOptions All = new(32) { BlurP = 0.5, SolarizeP = 0.3 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GivenRecipesEqualPyTorch(bool fused)
    {
        foreach (var golden in Golden.Root.GetProperty("views").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var x = Make(All, [Golden40By36()], [Recipe(golden)], fused).contiguous().data<float>().ToArray();
            Golden.AssertClose(golden.Numbers("pixels"), [.. x.Where((_, i) => i % 23 == 0).Select(v => (double)v)], 5e-5);
        }
    }

    [Theory]
    [InlineData(32, 32, 32)]
    [InlineData(37, 50, 41)]
    [InlineData(16, 203, 117)]
    public void TheFusedKernelEqualsTheDefinition(int size, int height, int width)
    {
        using var scope = NewDisposeScope();
        var options = All with { Size = size };
        var images = Photos(40, height, width);
        ViewRecipe[] recipes = [.. images.Select((_, i) => Drawn(options, i, height, width))];
        Assert.Contains(recipes, recipe => recipe.Colours.Length == 5 && recipe.BlurSigma > 0 && recipe.Solarize);
        var difference = (Make(options, images, recipes, fused: true) - Make(options, images, recipes, fused: false)).abs().max();
        Assert.InRange(difference.item<float>(), 0, 1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheSameKeyGivesTheSameBitsInAnyBatchOnAnyThreads(bool fused)
    {
        using var scope = NewDisposeScope();
        var images = Photos(256, 32, 32);
        ViewRecipe[] recipes = [.. images.Select((_, i) => Drawn(All, i, 32, 32))];
        var whole = Make(All, images, recipes, fused);
        foreach (var threads in new[] { 1, 2 })
        {
            TorchExtra.SetThreads(threads);
            foreach (var batch in new[] { 1, 2, 7, 256 })
                for (var at = 0; at < 28 || at < batch; at += batch)
                {
                    var part = Make(All, [.. images.Skip(at).Take(batch)], [.. recipes.Skip(at).Take(batch)], fused);
                    Assert.True(part.SameBits(whole.narrow(0, at, part.shape[0])), $"batch {batch} at {at}, {threads} threads");
                }
        }
    }

    [Fact]
    public void RowsAreViewMajorAndKeyedBySampleNotPlace()
    {
        using var scope = NewDisposeScope();
        var (images, augmenter) = (Photos(3, 32, 32), new Augmenter(All, 4, CPU));
        var both = augmenter.Views(images, new[] { 10, 20, 30 }, 1, [0, 5]);
        Assert.Equal([6L, 3, 32, 32], both.shape);
        var alone = augmenter.Views([images[2]], new[] { 30 }, 1, [5]);
        Assert.True(both.narrow(0, 5, 1).SameBits(alone));
        Assert.False(augmenter.Views([images[2]], new[] { 30 }, 2, [5]).SameBits(alone));
        Assert.False(augmenter.Views([images[2]], new[] { 31 }, 1, [5]).SameBits(alone));
        Assert.True(augmenter.Views([images[2]], new[] { 30 }, 1, [5], channelsLast: true).contiguous().SameBits(alone));
    }

    [Fact]
    public void ThePixelsDoNotDependOnTheThreads()
    {
        using var scope = NewDisposeScope();
        var images = Photos(5, 40, 32);
        Tensor With(int threads) => new Augmenter(All, 4, CPU, threads).Views(images, new[] { 1, 2, 3, 4, 5 }, 1, [0, 1], channelsLast: true).contiguous();
        Assert.True(With(1).SameBits(With(3)));
    }

    [Fact]
    public void ImagesOfDifferentSizesMakeOneBatch()
    {
        using var scope = NewDisposeScope();
        Image[] images = [.. Photos(1, 48, 64), .. Photos(1, 100, 33)];
        ViewRecipe[] recipes = [.. images.Select((image, i) => Drawn(All, i, image.Height, image.Width))];
        var x = Make(All, images, recipes, fused: true);
        Assert.Equal([2L, 3, 32, 32], x.shape);
        Assert.InRange((x - Make(All, images, recipes, fused: false)).abs().max().item<float>(), 0, 1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EvaluationOfAnImageOfTheRightSizeIsItsNormalisedPixels(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var options = new AugmentOptions(32) { Mean = new(0.5, 0.5, 0.5), Std = new(0.5, 0.5, 0.5) };
        var image = Photos(1, 32, 32)[0];
        var x = new Augmenter(options, 1, CPU).Evaluation([image], channelsLast).contiguous().data<float>().ToArray();
        Golden.AssertClose([.. image.Pixels.ToArray().Select(v => v / 127.5 - 1)], [.. x.Select(v => (double)v)], 1e-6);
    }

    [Fact]
    public void EvaluationOfAnotherSizeIsTheCentralSquare()
    {
        using var scope = NewDisposeScope();
        var (options, pixels) = (new AugmentOptions(28) { Mean = new(0, 0, 0), Std = new(1, 1, 1) }, new byte[3 * 32 * 40]);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i % 40 * 6);
        foreach (var fused in new[] { true, false })
        {
            var x = new Augmenter(options, 1, CPU, 1, fused).Evaluation([new Image(pixels, 32, 40)]);
            var row = x.select(2, 5).select(1, 0).data<float>().ToArray();
            Golden.AssertClose([.. Enumerable.Range(6, 28).Select(x => x * 6 / 255.0)], [.. row.Select(v => (double)v)], 1e-5);
        }
    }

    [Fact]
    public void WhatHasProbabilityZeroNeverHappens()
    {
        var off = new AugmentOptions(32) { FlipP = 0, JitterP = 0, GrayP = 0, CropMin = 1 };
        for (var sample = 0; sample < 200; sample++)
        {
            var recipe = Drawn(off, sample, 32, 32);
            Assert.True(recipe.Colours.Length == 0 && recipe.BlurSigma == 0 && !recipe.Solarize && recipe.Window.ScaleX > 0.86);
        }
    }

    [Fact]
    public void JitterComesInEveryOrder()
    {
        var orders = Enumerable.Range(0, 2000)
            .Select(sample => Drawn(new AugmentOptions(32) { GrayP = 0 }, sample, 32, 32).Colours)
            .Where(colours => colours.Length == 4)
            .Select(colours => string.Concat(colours.Select(c => c.Turn != 0 ? 'h' : c.Gray != 0 ? 's' : c.Mean != 0 ? 'c' : 'b')))
            .CountBy(order => order).ToArray();
        Assert.Equal(24, orders.Length);
        Assert.InRange(orders.Sum(order => order.Value), 1520, 1680);
    }

    private static Tensor Make(AugmentOptions options, Image[] images, ViewRecipe[] recipes, bool fused) =>
        new Augmenter(options, 0, CPU, 1, fused).Make(images, [recipes], channelsLast: false);

    private static ViewRecipe Drawn(AugmentOptions options, int sample, int height, int width) =>
        ViewRecipe.Draw(Keyed.For(Draw.Augment, 1, 0, sample, 0), options, height, width);

    private static ViewRecipe Recipe(JsonElement golden)
    {
        var window = golden.Numbers("window");
        var colours = golden.GetProperty("colours").EnumerateArray().Select(colour => (colour[0].GetString(), colour[1].GetDouble()) switch
        {
            ("brightness", var f) => ColourStage.Brightness(f),
            ("contrast", var f) => ColourStage.Contrast(f),
            ("saturation", var f) => ColourStage.Saturation(f),
            ("hue", var a) => ColourStage.Hue(a),
            _ => ColourStage.Grayscale,
        });
        return new ViewRecipe(
            new Window(window[0], window[1], window[2], window[3]), [.. colours], golden.GetProperty("sigma").GetDouble(),
            golden.GetProperty("solarize").GetBoolean());
    }

    private static Image Golden40By36() =>
        new(Enumerable.Range(0, 3 * 40 * 36).Select(k => (byte)((Golden.WaveAt(k, 1.5) + 1) * 127.5)).ToArray(), 40, 36);

    private static Image[] Photos(int count, int height, int width) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var (bytes, draws) = (new byte[3 * height * width], Keyed.For(Draw.Synthetic, i));
            for (var k = 0; k < bytes.Length; k++)
                bytes[k] = (byte)(draws.NextUInt64() >> 56);
            return new Image(bytes, height, width);
        }),
    ];
}
