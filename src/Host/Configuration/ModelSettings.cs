using Kindred.Gpu.Models;

namespace Kindred.Host.Configuration;

[Group("Model")]
public sealed record ModelSettings
{
    [Key("model", "resnet8 14 20 32 44 56 110 (x4: four times as wide), wrn-16-2, wrn-40-2, resnet18 34 50")]
    public string Name { get; init; } = "resnet8";

    [Key("stem", "first layers: cifar is a 3x3 convolution, imagenet a 7x7 with stride 2 and max-pooling (resnet18, 34, 50 only)",
        Derived = "imagenet for resnet18, 34, 50 where data.size is above 64, else cifar")]
    public Stem Stem { get; init; } = Stem.Cifar;

    [Key("head.layers", "layers of the projection head, which is left out of the exported encoder", Min = 1, Max = 3)]
    public int HeadLayers { get; init; } = 2;

    [Key("head.width", "width of the head's hidden layers; 0: that of the features", Min = 0, Max = 65536)]
    public int HeadWidth { get; init; }

    [Key("head.norm", "the head ends in a batch norm with scale and without shift, as in FNC's code")]
    public bool HeadNorm { get; init; }

    [Key("head.out", "D, the width of a projection", Min = 2, Max = 8192)]
    public int HeadOut { get; init; } = 128;
}
