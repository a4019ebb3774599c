using System.Diagnostics.Metrics;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>OpenTelemetry instruments of the training, meter "Kindred.Training"; they cost nothing while nobody listens.</summary>
internal static class TrainingTelemetry
{
    private static readonly Meter Meter = new("Kindred.Training");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("kindred.training.steps", "{step}", "Commits.");
    private static readonly Counter<long> Images = Meter.CreateCounter<long>("kindred.training.images", "{image}", "Images in commits, views not counted.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("kindred.training.step.duration", "s", "From commit to commit.");
    private static readonly Histogram<double> DataWait = Meter.CreateHistogram<double>("kindred.training.data_wait", "s", "Time in a step that devices waited for views.");
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("kindred.training.loss", "1", "Of the newest commit.");
    private static readonly Gauge<double> Precision = Meter.CreateGauge<double>("kindred.training.fn.precision", "1", "Share of the detected false negatives that are.");
    private static readonly Gauge<double> Recall = Meter.CreateGauge<double>("kindred.training.fn.recall", "1", "Share of the false negatives that are detected.");
    private static readonly Gauge<double> Knn = Meter.CreateGauge<double>("kindred.training.knn", "1", "Weighted kNN accuracy.");

    public static void Record(StepReport step)
    {
        Steps.Add(1);
        Images.Add(step.Images);
        Duration.Record(step.Seconds);
        DataWait.Record(step.DataWait);
        Loss.Record(step.Loss);
        if (step.Detection?.Precision is { } precision)
            Precision.Record(precision);
        if (step.Detection?.Recall is { } recall)
            Recall.Record(recall);
    }

    public static void Record(EvaluationResult result)
    {
        if (result.KnnTop1 is { } top1)
            Knn.Record(top1);
    }
}
