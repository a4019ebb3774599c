namespace Kindred.Gpu.Models;

/// <summary>The encoders and heads by name.</summary>
public static class Networks
{
    /// <summary>Names that <see cref="Encoder"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "resnet8", "resnet14", "resnet20", "resnet32", "resnet44", "resnet56", "resnet110",
        "resnet8x4", "resnet14x4", "resnet20x4", "resnet32x4", "resnet44x4", "resnet56x4", "resnet110x4",
        "wrn-16-2", "wrn-40-2", "resnet18", "resnet34", "resnet50",
    ];

    /// <summary>
    /// Declares an encoder f in <paramref name="layout"/>: [n, 3, H, W] → [n, Width]. CIFAR ResNets have widths 16, 32, 64 (x4: stem 32,
    /// then 64, 128, 256, as in the distillation benchmark of CRD) and PyTorch's default start; the others start as torchvision's.
    /// </summary>
    /// <exception cref="ArgumentException">Unknown name, or a stem that it does not have.</exception>
    public static Network Encoder(ParameterLayout layout, string name, Stem stem)
    {
        if (!Names.Contains(name))
            throw new ArgumentException($"model={name} is unknown; one of {string.Join(", ", Names)}", nameof(name));
        var (plain, fanOut) = (new ParameterScope(layout), new ParameterScope(layout, FanOut: true));
        int[] wide = [64, 128, 256, 512];
        return name switch
        {
            "resnet18" => new ResNet(fanOut, stem, 64, wide, [2, 2, 2, 2], bottleneck: false),
            "resnet34" => new ResNet(fanOut, stem, 64, wide, [3, 4, 6, 3], bottleneck: false),
            "resnet50" => new ResNet(fanOut, stem, 64, wide, [3, 4, 6, 3], bottleneck: true),
            "wrn-16-2" => new WideResNet(fanOut, stem, 16, 2),
            "wrn-40-2" => new WideResNet(fanOut, stem, 40, 2),
            _ when name.EndsWith("x4") => new ResNet(plain, stem, 32, [64, 128, 256], Thirds(name[6..^2]), bottleneck: false),
            _ => new ResNet(plain, stem, 16, [16, 32, 64], Thirds(name[6..]), bottleneck: false),
        };
    }

    /// <summary>Declares a head g in <paramref name="layout"/>, its names under "head.".</summary>
    public static Network Head(ParameterLayout layout, int features, HeadOptions options) =>
        new ProjectionHead(new ParameterScope(layout, "head."), features, options);

    // Depth 6n + 2: three stages of n basic blocks.
    private static int[] Thirds(string depth)
    {
        var n = (int.Parse(depth) - 2) / 6;
        return [n, n, n];
    }
}
