using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;
using Kindred.Host.Progress;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Training;

/// <summary>Shows a run on the terminal and in its log, and waits for its end.</summary>
internal sealed class RunReport(Settings settings, long lastStep, ITrainingProgress progress, ILogger log) : IRunObserver
{
    private readonly TaskCompletionSource<RunEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double? knn, precision;

    public Task<RunEnd> End => end.Task;

    /// <summary>The newest kNN accuracy, 0–1; null without an evaluation.</summary>
    public double? Knn => knn;

    /// <summary>The newest measured precision of detection, 0–1.</summary>
    public double? Precision => precision;

    public void Started(TermStep from, int term)
    {
        log.LogInformation("term {Term} goes on from step {Step}", term, from.Step);
        if (from.Step > 0)
            progress.Note($"going on from step {from.Step}");
    }

    public void Committed(StepReport step)
    {
        precision = step.Detection?.Precision ?? precision;
        progress.Report(new ProgressUpdate(
            step.At.Step, lastStep, step.Epoch, settings.Optimization.Epochs, step.Loss, step.Images / step.Seconds,
            step.DataWait / step.Seconds, knn, precision, step.Workers));
    }

    public void Evaluated(long step, EvaluationResult result)
    {
        knn = result.KnnTop1 ?? knn;
        var parts = new[] { Percent("kNN", result.KnnTop1), Percent("held out", result.HoldoutTop1), $"spread {result.Spread:F2}", $"RankMe {result.RankMe:F1}" };
        progress.Note($"step {step}: {string.Join(", ", parts.Where(p => p is not null))}");
    }

    public void Saved(long step) => log.LogInformation("checkpoint at step {Step}", step);

    public void Noted(string what)
    {
        log.LogWarning("{What}", what);
        progress.Note(what);
    }

    public void Ended(RunEnd how) => end.TrySetResult(how);

    private static string? Percent(string name, double? fraction) => fraction is { } value ? $"{name} {100 * value:F2} %" : null;
}
