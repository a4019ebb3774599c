namespace Kindred.Host.Configuration;

[Group("Augmentation")]
public sealed record AugmentationSettings
{
    [Key("aug.crop.min", "smallest share of the area that a random resized crop keeps", Above = 0, Max = 1)]
    public double CropMin { get; init; } = 0.2;

    [Key("aug.crop.max", "largest share of the area that a random resized crop keeps", Above = 0, Max = 1)]
    public double CropMax { get; init; } = 1;

    [Key("aug.flip", "probability of a horizontal flip", Min = 0, Max = 1)]
    public double Flip { get; init; } = 0.5;

    [Key("aug.jitter", "probability of colour jitter", Min = 0, Max = 1)]
    public double Jitter { get; init; } = 0.8;

    [Key("aug.strength", "strength s of colour jitter: brightness, contrast, saturation 0.8 s, hue 0.2 s", Min = 0, Max = 2)]
    public double Strength { get; init; } = 0.5;

    [Key("aug.gray", "probability of grayscale", Min = 0, Max = 1)]
    public double Gray { get; init; } = 0.2;

    [Key("aug.blur", "probability of Gaussian blur, sigma 0.1-2", Min = 0, Max = 1)]
    public double Blur { get; init; }

    [Key("aug.solarize", "probability of solarization", Min = 0, Max = 1)]
    public double Solarize { get; init; }
}
