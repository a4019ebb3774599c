using Kindred.Data;
using Kindred.Gpu.Augmentation;
using static TorchSharp.torch;

namespace Kindred.Tests.Augmentation;

/// <summary>What a view shows much smaller is averaged, not skipped.</summary>
public sealed class PyramidTests
{
    /// <summary>Stripes of one pixel, black and white: from afar they are grey, whatever the sampling hits.</summary>
    [Theory]
    [InlineData(true, 700, 900)]
    [InlineData(false, 700, 900)]
    [InlineData(true, 1001, 777)]
    public void FineStripesAreGrey(bool fused, int height, int width)
    {
        using var scope = NewDisposeScope();
        var options = new AugmentOptions(32) { Mean = new(0, 0, 0), Std = new(1, 1, 1) };
        var x = new Augmenter(options, 1, CPU, 1, fused).Evaluation([Image(height, width, (y, x) => (x + y) % 2 == 0 ? 0 : 255)]);
        Assert.InRange(x.min().item<float>(), 0.49f, 0.51f);
        Assert.InRange(x.max().item<float>(), 0.49f, 0.51f);
    }

    /// <summary>A ramp is a ramp at any size, and stays in its place: also where a half is rounded up.</summary>
    [Theory]
    [InlineData(256, 256)]
    [InlineData(255, 131)]
    [InlineData(129, 251)]
    public void NothingMoves(int height, int width)
    {
        var ramp = Image(height, width, (_, x) => x);
        foreach (var window in new[] { Window.Whole, new Window(-0.6, 0.7, 0.3, -0.2), new Window(0.5, 0.5, -0.5, 0.5) })
        {
            var (small, inSmall) = new Pyramid(ramp, 16).For(window);
            Assert.True(small.Width < width);
            foreach (var u in new[] { -0.9, -0.2, 0.5 })
                Assert.InRange(At(small, inSmall, u) - At(ramp, window, u), -1, 1);
        }
    }

    [Theory]
    [InlineData(63, 0)]
    [InlineData(64, 1)]
    [InlineData(127, 1)]
    [InlineData(128, 2)]
    public void AHalfIsTakenWhereTheWindowStillFillsTheView(int side, int halvings)
    {
        var (source, window) = new Pyramid(Image(side, side, (_, _) => 7), 32).For(Window.Whole);
        Assert.Equal(side + (1 << halvings) - 1 >> halvings, source.Width);
        Assert.Equal(halvings == 0, window == Window.Whole && source.Width == side);
        Assert.All(source.Pixels.ToArray(), p => Assert.Equal(7, p));
    }

    /// <summary>The ramp's value at a point of a view's middle row, interpolated as the sampler does.</summary>
    private static double At(Image image, Window window, double u)
    {
        var at = ((window.ScaleX * u + window.ShiftX + 1) * image.Width - 1) / 2;
        var first = (int)at;
        var row = image.Pixels.Span.Slice(image.Height / 2 * image.Width, image.Width);
        return row[first] + (row[first + 1] - row[first]) * (at - first);
    }

    private static Image Image(int height, int width, Func<int, int, int> grey)
    {
        var pixels = new byte[3 * height * width];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)grey(i / width % height, i % width);
        return new Image(pixels, height, width);
    }
}
