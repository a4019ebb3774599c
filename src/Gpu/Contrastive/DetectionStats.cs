using System.Runtime.InteropServices;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// How well false negatives F are detected, as sums and counts, so that shards add up. Per image, against labels:
/// precision = |F ∩ same| / |F| over images with |F| &gt; 0, recall = |F ∩ same| / |same among its candidates| over images that have any.
/// </summary>
/// <param name="Images">Images looked at; all anchors of an image share one F.</param>
/// <param name="Detections">Σ |F|.</param>
/// <param name="AgeSum">Σ of the ages, in steps, of the <paramref name="FromBank"/> detections that are bank rows.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DetectionStats(
    long Images, long Detections, double PrecisionSum, long PrecisionImages, double RecallSum, long RecallImages,
    double AgeSum, long FromBank)
{
    /// <summary>fn_precision, 0–1; null without labels or detections.</summary>
    public double? Precision => PrecisionImages == 0 ? null : PrecisionSum / PrecisionImages;

    /// <summary>fn_recall, 0–1; null without labels or where no candidate has its image's label.</summary>
    public double? Recall => RecallImages == 0 ? null : RecallSum / RecallImages;

    /// <summary>fn_per_anchor: the mean |F|.</summary>
    public double? PerAnchor => Images == 0 ? null : (double)Detections / Images;

    /// <summary>The mean age of the detected bank rows, in steps; null where none came from the bank.</summary>
    public double? Age => FromBank == 0 ? null : AgeSum / FromBank;

    public static DetectionStats operator +(DetectionStats a, DetectionStats b) => new(
        a.Images + b.Images, a.Detections + b.Detections, a.PrecisionSum + b.PrecisionSum, a.PrecisionImages + b.PrecisionImages,
        a.RecallSum + b.RecallSum, a.RecallImages + b.RecallImages, a.AgeSum + b.AgeSum, a.FromBank + b.FromBank);
}
