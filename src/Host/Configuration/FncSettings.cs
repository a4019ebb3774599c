using Kindred.Gpu.Contrastive;

namespace Kindred.Host.Configuration;

public enum SupportChoice
{
    All,
    Extra,
}

[Group("False-negative cancellation (method=fnc)")]
public sealed record FncSettings
{
    [Key("fnc.mode", "a detected false negative leaves the denominator (eliminate) or becomes a positive (attract); none: only measured")]
    public CancelMode Mode { get; init; } = CancelMode.Attract;

    [Key("fnc.support", "support views of each image, more views of it that only help", Min = 0, Max = 64)]
    public int Support { get; init; } = 2;

    [Key("fnc.supportViews", "which views of an image score the candidates: all of its views, or the extra support views only")]
    public SupportChoice SupportViews { get; init; } = SupportChoice.All;

    [Key("fnc.topk", "at most so many false negatives for each image; 0: no such limit", Min = 0)]
    public int TopK { get; init; } = 4;

    [Key("fnc.threshold", "a false negative's cosine must be above this; -1: no threshold", Min = -1, Max = 1)]
    public double Threshold { get; init; } = 0.7;

    [Key("fnc.aggregate", "how the support views' cosines become one score")]
    public Aggregate Aggregate { get; init; } = Aggregate.Max;

    [Key("fnc.start", "first epoch with cancellation, counted from 0; before it detection is only measured", Min = 0)]
    public int Start { get; init; } = 3;

    [Key("fnc.oracle", "take every view of every other image with the same label instead of detecting")]
    public bool Oracle { get; init; }
}
