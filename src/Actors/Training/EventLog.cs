using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>The lines of metrics.jsonl, and the averages of an epoch. Rates and fractions as the README defines them.</summary>
internal sealed class EventLog(MetricsLog log, int stepsPerEpoch)
{
    private double loss, seconds;
    private long steps, images;
    private DetectionStats? detection;

    public static string Step(StepReport step)
    {
        var line = new MetricsLine("step", step.At.Step, step.Epoch, step.At.Term)
            .Add("loss", step.Loss)
            .Add("images_per_second", step.Images / step.Seconds)
            .Add("data_wait", step.DataWait / step.Seconds)
            .Add("workers", step.Workers);
        if (step.Staleness is { } staleness)
            line.Add("staleness", staleness);
        return (step.Detection is { } sums ? AddDetection(line, sums) : line).ToString();
    }

    public void Write(string line) => log.Append(line);

    public void Take(StepReport step)
    {
        (loss, seconds, steps, images) = (loss + step.Loss, seconds + step.Seconds, steps + 1, images + step.Images);
        if (step.Detection is { } sums)
            detection = detection is { } before ? before + sums : sums;
    }

    /// <summary>The averages over the steps of this epoch that this process committed.</summary>
    public void EndEpoch(TermStep at, int epoch)
    {
        var line = new MetricsLine("epoch", at.Step, epoch, at.Term)
            .Add("loss", loss / steps)
            .Add("images_per_second", images / seconds)
            .Add("steps", steps)
            .Add("complete", steps == stepsPerEpoch);
        Write((detection is { } sums ? AddDetection(line, sums) : line).ToString());
        Reset();
    }

    /// <summary>Begins the averages anew: a new epoch, or another term.</summary>
    public void Reset() => (loss, seconds, steps, images, detection) = (0, 0, 0, 0, null);

    public void Evaluation(TermStep at, int epoch, EvaluationResult result) => Write(
        new MetricsLine("evaluation", at.Step, epoch, at.Term)
            .Add("knn_top1", result.KnnTop1)
            .Add("holdout_knn_top1", result.HoldoutTop1)
            .Add("spread", result.Spread)
            .Add("rank_me", result.RankMe)
            .ToString());

    /// <summary>resume, rollback, checkpoint and the like.</summary>
    public void Event(string name, TermStep at, int epoch) => Write(new MetricsLine(name, at.Step, epoch, at.Term).ToString());

    public void Drift(TermStep at, int epoch, string worker) =>
        Write(new MetricsLine("drift", at.Step, epoch, at.Term).Add("worker", worker).ToString());

    private static MetricsLine AddDetection(MetricsLine line, DetectionStats stats) => line
        .Add("fn_precision", stats.Precision)
        .Add("fn_recall", stats.Recall)
        .Add("fn_per_anchor", stats.PerAnchor)
        .Add("fn_age", stats.Age);
}
