namespace Kindred.Data.Synthetic;

/// <summary>
/// The two things that make a class: an outline and a texture. Only +, −, ×, ÷, √ and comparisons, which IEEE 754 rounds alike on every
/// machine, so the set has the same bytes everywhere.
/// </summary>
internal static class Shapes
{
    public const int Outlines = 2;
    public const int Textures = 5;

    /// <summary>Signed distance to the outline (disc, cross), negative inside, in units in which the shape fits the unit disc.</summary>
    public static double Distance(int outline, double x, double y)
    {
        var (ax, ay) = (Math.Abs(x), Math.Abs(y));
        return outline == 0
            ? Math.Sqrt(x * x + y * y) - 0.85
            : Math.Min(Math.Max(ax - 0.95, ay - 0.36), Math.Max(ax - 0.36, ay - 0.95));
    }

    /// <summary>0 … 1: plain, stripes, checks, spots, or speckle; one period is one unit.</summary>
    /// <param name="texture">Which of the five.</param>
    /// <param name="x">Across the stripes, in periods.</param>
    /// <param name="y">Along the stripes, in periods.</param>
    /// <param name="grain">A random number of the pixel's own, 0 … 1.</param>
    public static double Texture(int texture, double x, double y, double grain)
    {
        double u = Fraction(x), v = Fraction(y);
        return texture switch
        {
            0 => 1,
            1 => Soft(Math.Abs(u) - 0.25),
            2 => Soft(u * v * 4),
            3 => Soft(Math.Sqrt(u * u + v * v) - 0.3),
            _ => grain < 0.5 ? 0 : 1,
        };
    }

    /// <summary>Place in the unit cell, from −0.5 to 0.5.</summary>
    private static double Fraction(double x) => x - Math.Floor(x) - 0.5;

    /// <summary>A soft edge about as wide as a pixel.</summary>
    private static double Soft(double distance) => Math.Clamp(0.5 - 4 * distance, 0, 1);
}
