using Kindred.Data.Sampling;

namespace Kindred.Data.Synthetic;

/// <summary>
/// One picture: a textured shape over a mottled background. Colours, position, size, turn and the texture's scale are drawn at random
/// and say nothing about the class.
/// </summary>
internal sealed class Scene
{
    public const int Side = 32;
    private const int Patches = 5; // the background's random colours are given on a grid of 5 × 5 points
    private const double Noise = 0.04;

    private readonly int outline, texture;
    private readonly double centreX, centreY, size;
    private readonly (double Cos, double Sin) turn;
    private readonly double frequency, phaseX, phaseY;
    private readonly double[] paper, ink, background;
    private Keyed random;

    public Scene(int label, Keyed keyed)
    {
        random = keyed;
        (outline, texture) = (label % Shapes.Outlines, label / Shapes.Outlines);
        (centreX, centreY) = (random.NextDouble(-0.3, 0.3), random.NextDouble(-0.3, 0.3));
        size = random.NextDouble(0.7, 1);
        turn = Direction();
        frequency = random.NextDouble(2.2, 3);
        (phaseX, phaseY) = (random.NextDouble(), random.NextDouble());
        (paper, ink) = TwoColours();
        background = new double[Patches * Patches * 3];
        var (one, other) = (Colour(), Colour());
        for (var i = 0; i < Patches * Patches; i++)
            Mix(one, other, random.NextDouble()).CopyTo(background.AsSpan(3 * i));
    }

    /// <summary>uint8 planes [3, 32, 32].</summary>
    public byte[] Render()
    {
        var pixels = new byte[3 * Side * Side];
        for (var row = 0; row < Side; row++)
        for (var column = 0; column < Side; column++)
        {
            double x = (2 * column + 1.0) / Side - 1, y = (2 * row + 1.0) / Side - 1;
            var (covered, inked) = Foreground(x, y);
            for (var c = 0; c < 3; c++)
            {
                var shown = (1 - covered) * Background(x, y, c) + covered * (paper[c] + inked * (ink[c] - paper[c]));
                pixels[(c * Side + row) * Side + column] = (byte)(255 * Math.Clamp(shown + random.NextDouble(-Noise, Noise), 0, 1) + 0.5);
            }
        }

        return pixels;
    }

    private (double Covered, double Inked) Foreground(double x, double y)
    {
        double dx = (x - centreX) / size, dy = (y - centreY) / size;
        double u = turn.Cos * dx + turn.Sin * dy, v = turn.Cos * dy - turn.Sin * dx;
        var pixelsInside = -Shapes.Distance(outline, u, v) * size * (Side / 2);
        double s = size * frequency * u + phaseX, t = size * frequency * v + phaseY;
        return (Math.Clamp(pixelsInside + 0.5, 0, 1), Shapes.Texture(texture, s, t, random.NextDouble()));
    }

    /// <summary>Bilinear between the grid's colours.</summary>
    private double Background(double x, double y, int c)
    {
        double gx = (x + 1) / 2 * (Patches - 1), gy = (y + 1) / 2 * (Patches - 1);
        int ix = (int)gx, iy = (int)gy;
        double fx = gx - ix, fy = gy - iy;
        double At(int px, int py) => background[3 * (py * Patches + px) + c];
        return (1 - fy) * ((1 - fx) * At(ix, iy) + fx * At(ix + 1, iy)) + fy * ((1 - fx) * At(ix, iy + 1) + fx * At(ix + 1, iy + 1));
    }

    /// <summary>Up to 31° to either side.</summary>
    private (double Cos, double Sin) Direction()
    {
        double x = 1, y = random.NextDouble(-0.6, 0.6), length = Math.Sqrt(x * x + y * y);
        return (x / length, y / length);
    }

    /// <summary>Two colours whose brightness differs, so that the texture shows in grayscale too.</summary>
    private (double[] Paper, double[] Ink) TwoColours()
    {
        while (true)
        {
            var (a, b) = (Colour(), Colour());
            if (Math.Abs(Luma(b) - Luma(a)) > 0.3)
                return (a, b);
        }
    }

    private double[] Colour()
    {
        var gray = random.NextDouble(0.1, 0.9);
        return [gray + Tint(), gray + Tint(), gray + Tint()];
    }

    private double Tint() => random.NextDouble(-0.1, 0.1);

    private static double Luma(double[] rgb) => 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];

    private static double[] Mix(double[] a, double[] b, double share) => [.. a.Zip(b, (p, q) => p + share * (q - p))];
}
