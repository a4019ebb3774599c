namespace Kindred.Gpu.Augmentation;

/// <summary>
/// One step of colour jitter on an RGB pixel x in [0, 1], before clamping to [0, 1]:
/// x' = Keep·x + Gray·(luma·x)·1 + Turn·Cx + Mean·ḡ·1, where ḡ is the image's mean luma before the step and C the generator of hue turns.
/// </summary>
internal readonly record struct ColourStage(double Keep, double Gray = 0, double Turn = 0, double Mean = 0)
{
    /// <summary>ITU-R BT.601 luma of R, G and B.</summary>
    public static readonly double[] Luma = [0.299, 0.587, 0.114];

    public static readonly ColourStage Identity = new(1), Grayscale = new(0, 1);

    // C = Y⁻¹JY with Y from RGB to YIQ (.299 .587 .114; .596 −.274 −.322; .211 −.523 .312) and J the quarter turn of the IQ plane.
    private static readonly double[] C =
    [
        0.16862179492229035, 0.32980474528740333, -0.49842654020969374,
        -0.32796339417237125, 0.03461068792488212, 0.2933527062474891,
        1.246461365766816, -1.0432288829196439, -0.20323248284717232,
    ];

    public static ColourStage Brightness(double factor) => new(factor);

    /// <summary>Towards the image's mean luma.</summary>
    public static ColourStage Contrast(double factor) => new(factor, Mean: 1 - factor);

    /// <summary>Towards the pixel's own luma.</summary>
    public static ColourStage Saturation(double factor) => new(factor, Gray: 1 - factor);

    /// <summary>Turns the IQ plane by <paramref name="angle"/> radians.</summary>
    public static ColourStage Hue(double angle) => new(Math.Cos(angle), 1 - Math.Cos(angle), Math.Sin(angle));

    /// <summary>Element (row, column) of Keep·I + Gray·1·lumaᵀ + Turn·C.</summary>
    public float Matrix(int row, int column) =>
        (float)((row == column ? Keep : 0) + Gray * Luma[column] + Turn * C[3 * row + column]);
}
