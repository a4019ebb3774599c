namespace Kindred.Gpu.Augmentation;

/// <summary>One number per colour channel.</summary>
public readonly record struct Rgb(double R, double G, double B);

/// <summary>The distribution of views, SimCLR's (Chen et al. 2020, appendix A). What has probability 0 costs nothing.</summary>
/// <param name="Size">Height and width of a view in pixels.</param>
public sealed record AugmentOptions(int Size)
{
    /// <summary>Least share of the image's area that a crop covers.</summary>
    public double CropMin { get; init; } = 0.2;

    /// <summary>Greatest share of the image's area that a crop covers.</summary>
    public double CropMax { get; init; } = 1;

    public double FlipP { get; init; } = 0.5;

    /// <summary>Colour jitter s: brightness, contrast and saturation factors from 1 ± 0.8s, hue within ± 0.2s of a full turn.</summary>
    public double Strength { get; init; } = 0.5;

    public double JitterP { get; init; } = 0.8;

    public double GrayP { get; init; } = 0.2;

    /// <summary>Gaussian blur, σ from 0.1 to 2 pixels, kernel a tenth of the size (odd).</summary>
    public double BlurP { get; init; }

    /// <summary>Solarisation: values from ½ on are inverted.</summary>
    public double SolarizeP { get; init; }

    /// <summary>Subtracted last; CIFAR-10's by default.</summary>
    public Rgb Mean { get; init; } = new(0.4914, 0.4822, 0.4465);

    /// <summary>Divided by last.</summary>
    public Rgb Std { get; init; } = new(0.2470, 0.2435, 0.2616);

    /// <summary>Taps of the blur: odd, about a tenth of the size.</summary>
    public int BlurTaps => Size / 10 | 1;
}
