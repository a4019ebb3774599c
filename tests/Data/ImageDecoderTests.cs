using Kindred.Data;
using Kindred.Data.Folders;

namespace Kindred.Tests.Data;

/// <summary>Files of images/make.py: four flat quarters of 12 × 8 pixels, red and green over blue and white.</summary>
public sealed class ImageDecoderTests
{
    private static readonly int[][] Colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
    private static readonly int[][] Grays = [[76, 76, 76], [150, 150, 150], [29, 29, 29], [255, 255, 255]];

    public static TheoryData<string> Coloured =>
    [
        "rgb.jpg", "progressive.jpg", "cmyk.jpg", "cmyk-ink.jpg", "rgb.png", "palette.png", "rgb16.png", "interlaced.png",
    ];

    [Theory]
    [MemberData(nameof(Coloured))]
    public void Colours_come_out_right(string name) => AssertQuarters(Colours, Decode(name));

    [Theory]
    [InlineData("gray.jpg")]
    [InlineData("gray.png")]
    public void Gray_is_repeated(string name) => AssertQuarters(Grays, Decode(name));

    [Fact]
    public void Transparency_is_over_white() =>
        AssertQuarters([[255, 127, 127], [127, 255, 127], [127, 127, 255], [255, 255, 255]], Decode("alpha.png"));

    [Theory]
    [InlineData("orientation-1.jpg")]
    [InlineData("orientation-2.jpg")]
    [InlineData("orientation-3.jpg")]
    [InlineData("orientation-4.jpg")]
    [InlineData("orientation-5.jpg")]
    [InlineData("orientation-6.jpg")]
    [InlineData("orientation-7.jpg")]
    [InlineData("orientation-8.jpg")]
    public void Orientation_is_undone(string name) => AssertQuarters(Colours, Decode(name));

    [Fact]
    public void Orientation_of_a_png_is_undone()
    {
        var image = Decode("orientation-6.png"); // stored upright: turned by 90° clockwise, blue comes to the upper left
        Assert.Equal((24, 16), (image.Height, image.Width));
        Assert.Equal([0, 0, 255], Pixel(image, 2, 2));
        Assert.Equal([255, 0, 0], Pixel(image, 2, 13));
        Assert.Equal([0, 255, 0], Pixel(image, 21, 13));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(33, 64)]
    [InlineData(32, 32)]
    [InlineData(9, 16)]
    [InlineData(8, 8)]
    [InlineData(1, 8)]
    public void A_jpeg_is_decoded_no_smaller_than_asked(int minSize, int side)
    {
        Assert.True(ImageDecoder.TryDecode(TestImages.Bytes("large.jpg"), minSize, out var image, out _));
        Assert.Equal((side, side, 3 * side * side), (image.Height, image.Width, image.Pixels.Length));
        Assert.InRange(Pixel(image, 0, 0)[0], 0, 20);
        Assert.InRange(Pixel(image, side - 1, side - 1)[0], 235, 255);
    }

    [Theory]
    [InlineData("truncated.jpg", "premature end")]
    [InlineData("truncated.png", "ends early")]
    [InlineData("empty.jpg", "the file is empty")]
    [InlineData("text.jpg", "neither JPEG nor PNG")]
    [InlineData("huge.png", "IHDR")]
    public void What_is_damaged_is_refused_with_a_reason(string name, string part)
    {
        Assert.False(ImageDecoder.TryDecode(TestImages.Bytes(name), 0, out _, out var reason));
        Assert.Contains(part, reason, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', reason);
    }

    [Fact]
    public void A_jpeg_cut_anywhere_is_refused()
    {
        var whole = TestImages.Bytes("rgb.jpg");
        for (var length = 0; length < whole.Length - 1; length++)
            Assert.False(ImageDecoder.TryDecode(whole.AsSpan(0, length), 0, out _, out _), $"cut at {length}");
    }

    [Fact]
    public void Flipped_bits_never_crash()
    {
        string[] names = ["progressive.jpg", "cmyk.jpg", "orientation-6.jpg", "palette.png", "interlaced.png", "orientation-6.png"];
        foreach (var name in names)
        {
            var whole = TestImages.Bytes(name);
            for (var bit = 0; bit < 8 * whole.Length; bit += 3)
            {
                var damaged = (byte[])whole.Clone();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (ImageDecoder.TryDecode(damaged, 0, out var image, out var reason))
                    Assert.Equal(3 * image.Height * image.Width, image.Pixels.Length);
                else
                    Assert.NotEmpty(reason);
            }
        }
    }

    private static Image Decode(string name)
    {
        Assert.True(ImageDecoder.TryDecode(TestImages.Bytes(name), 0, out var image, out var reason), $"{name}: {reason}");
        return image;
    }

    private static void AssertQuarters(int[][] expected, Image image)
    {
        Assert.Equal((16, 24), (image.Height, image.Width));
        int[][] found = [Pixel(image, 2, 2), Pixel(image, 2, 21), Pixel(image, 13, 2), Pixel(image, 13, 21)];
        foreach (var (want, got) in expected.Zip(found))
            foreach (var (w, g) in want.Zip(got))
                Assert.InRange(g, w - 6, w + 6);
    }

    private static int[] Pixel(Image image, int y, int x)
    {
        var area = image.Height * image.Width;
        return [.. Enumerable.Range(0, 3).Select(c => (int)image.Pixels.Span[c * area + y * image.Width + x])];
    }
}
