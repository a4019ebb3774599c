using Kindred.Data.Sampling;

namespace Kindred.Gpu.Augmentation;

/// <summary>
/// The part of an image that a view shows, in affine_grid's terms: view point u in [−1, 1] lies at ScaleX·u + ShiftX of the image's
/// width in [−1, 1], and likewise down. A negative ScaleX mirrors.
/// </summary>
internal readonly record struct Window(double ScaleX, double ScaleY, double ShiftX, double ShiftY)
{
    public static readonly Window Whole = new(1, 1, 0, 0);
}

/// <summary>What one view's draws decided: a pure function of (seed, epoch, sample, view), the options and the image's shape.</summary>
/// <param name="Window">Crop and flip.</param>
/// <param name="Colours">Jitter in its random order, then grayscale: 0 to 5 steps.</param>
/// <param name="BlurSigma">In pixels; 0 is no blur.</param>
/// <param name="Solarize">Invert values from ½ on.</param>
internal sealed record ViewRecipe(Window Window, ColourStage[] Colours, double BlurSigma, bool Solarize)
{
    /// <summary>Every draw is made whatever the options, so that changing one option leaves all others' draws alone.</summary>
    public static ViewRecipe Draw(Keyed draws, AugmentOptions options, int height, int width)
    {
        var window = DrawWindow(ref draws, options, height, width);
        var jittered = draws.NextDouble() < options.JitterP;
        var jitter = DrawJitter(ref draws, options.Strength);
        var gray = draws.NextDouble() < options.GrayP;
        var blurred = draws.NextDouble() < options.BlurP;
        var sigma = draws.NextDouble(0.1, 2);
        var solarized = draws.NextDouble() < options.SolarizeP;
        ColourStage[] colours = [.. jittered ? jitter : [], .. gray ? [ColourStage.Grayscale] : Array.Empty<ColourStage>()];
        return new ViewRecipe(window, colours, blurred ? sigma : 0, solarized);
    }

    /// <summary>No augmentation: an image of the right size whole, another one's central square with 7/8 of its shorter side.</summary>
    public static ViewRecipe Central(int size, int height, int width)
    {
        var side = 0.875 * Math.Min(height, width);
        return new(height == size && width == size ? Window.Whole : new Window(side / width, side / height, 0, 0), [], 0, false);
    }

    /// <summary>Step <paramref name="index"/>, the identity where this view has fewer.</summary>
    public ColourStage Stage(int index) => index < Colours.Length ? Colours[index] : ColourStage.Identity;

    /// <summary>Weights of the blur, [taps], summing to 1; without blur the middle one is 1.</summary>
    public float[] BlurWeights(int taps)
    {
        var weights = new double[taps];
        for (var i = 0; i < taps; i++)
        {
            var x = i - taps / 2;
            weights[i] = BlurSigma > 0 ? Math.Exp(-x * x / (2 * BlurSigma * BlurSigma)) : x == 0 ? 1 : 0;
        }

        var sum = weights.Sum();
        return [.. weights.Select(weight => (float)(weight / sum))];
    }

    // Area uniform, log of the aspect ratio uniform within ± log 4/3, both of pixels; a side that would not fit is cut; place uniform.
    private static Window DrawWindow(ref Keyed draws, AugmentOptions options, int height, int width)
    {
        var area = draws.NextDouble(options.CropMin, options.CropMax) * height * width;
        var ratio = Math.Exp(draws.NextDouble(-1, 1) * Math.Log(4.0 / 3));
        var scaleX = Math.Min(1, Math.Sqrt(area * ratio) / width);
        var scaleY = Math.Min(1, Math.Sqrt(area / ratio) / height);
        var (shiftX, shiftY) = (draws.NextDouble(-1, 1) * (1 - scaleX), draws.NextDouble(-1, 1) * (1 - scaleY));
        return new Window(draws.NextDouble() < options.FlipP ? -scaleX : scaleX, scaleY, shiftX, shiftY);
    }

    private static ColourStage[] DrawJitter(ref Keyed draws, double strength)
    {
        var range = 0.8 * strength;
        ColourStage[] stages =
        [
            ColourStage.Brightness(draws.NextDouble(1 - range, 1 + range)),
            ColourStage.Contrast(draws.NextDouble(1 - range, 1 + range)),
            ColourStage.Saturation(draws.NextDouble(1 - range, 1 + range)),
            ColourStage.Hue(draws.NextDouble(-1, 1) * 0.2 * strength * 2 * Math.PI),
        ];
        return [.. draws.NextPermutation(4).Select(i => stages[i])];
    }
}
