namespace Kindred.Host.Configuration;

/// <summary>The encoders that <c>model</c> names.</summary>
public static class ModelNames
{
    private static readonly string[] Torchvision = ["resnet18", "resnet34", "resnet50"];

    public static IReadOnlyList<string> All { get; } =
    [
        .. from depth in new[] { 8, 14, 20, 32, 44, 56, 110 } from width in new[] { "", "x4" } select $"resnet{depth}{width}",
        "wrn-16-2", "wrn-40-2", .. Torchvision,
    ];

    /// <summary>Can it begin with ImageNet's stem?</summary>
    public static bool HasImagenetStem(string model) => Torchvision.Contains(model);
}
