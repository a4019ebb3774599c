using Kindred.Data;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// An image and its halves, made when they are wanted: each pixel the rounded mean of 2×2. A window that holds at least twice as many
/// pixels as its view is sampled from the half, quarter, … in which it still holds as many: bilinear sampling looks at two neighbours
/// only, and would skip what lies between.
/// </summary>
internal sealed class Pyramid(Image image, int size)
{
    private readonly List<Image> halves = [];

    /// <summary>The image to sample, and the window in its own terms; the bits depend on image, window and size alone.</summary>
    public (Image Image, Window Window) For(Window window)
    {
        var level = Level(window);
        if (level == 0)
            return (image, window);
        while (halves.Count < level)
            halves.Add(Halve(halves.Count == 0 ? image : halves[^1]));
        var half = halves[level - 1];

        // A half of an odd length is a little longer than it should be: its last pixel is half of the border repeated.
        var (x, y) = (image.Width / Math.ScaleB(half.Width, level), image.Height / Math.ScaleB(half.Height, level));
        return (half, new Window(window.ScaleX * x, window.ScaleY * y, (window.ShiftX + 1) * x - 1, (window.ShiftY + 1) * y - 1));
    }

    private int Level(Window window)
    {
        var ratio = Math.Min(Math.Abs(window.ScaleX) * image.Width, window.ScaleY * image.Height) / size;
        var level = 0;
        for (; ratio >= 2; ratio /= 2)
            level++;
        return level;
    }

    private static Image Halve(Image image)
    {
        var (height, width) = ((image.Height + 1) / 2, (image.Width + 1) / 2);
        var pixels = GC.AllocateUninitializedArray<byte>(3 * height * width);
        for (var row = 0; row < 3 * height; row++)
        {
            var (channel, y) = (row / height, row % height);
            var upper = Row(image, channel, 2 * y);
            var lower = Row(image, channel, Math.Min(2 * y + 1, image.Height - 1));
            HalveRow(upper, lower, pixels.AsSpan(row * width, width));
        }

        return new Image(pixels, height, width);
    }

    private static void HalveRow(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> half)
    {
        for (var x = 0; x < upper.Length / 2; x++)
            half[x] = (byte)((upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
        if (upper.Length % 2 == 1)
            half[^1] = (byte)((upper[^1] + lower[^1] + 1) >> 1);
    }

    private static ReadOnlySpan<byte> Row(Image image, int channel, int y) =>
        image.Pixels.Span.Slice((channel * image.Height + y) * image.Width, image.Width);
}
