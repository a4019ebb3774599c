namespace Kindred.Host.Progress;

/// <summary>How a run stands after a step.</summary>
/// <param name="Step">Commits so far.</param>
/// <param name="TotalSteps">Commits of the whole run.</param>
/// <param name="Epoch">Counted from 0.</param>
/// <param name="Epochs">Of the whole run.</param>
/// <param name="Loss">Of the step.</param>
/// <param name="ImagesPerSecond">Of the step.</param>
/// <param name="DataWaitShare">Share of the step's time that workers waited for views, 0 … 1.</param>
/// <param name="Knn">Newest kNN accuracy, 0 … 1; null before the first.</param>
/// <param name="FnPrecision">Newest precision of detection, 0 … 1; null where it isn't known.</param>
/// <param name="Workers">Workers whose gradients the step sums.</param>
public sealed record ProgressUpdate(
    long Step, long TotalSteps, int Epoch, int Epochs, double Loss, double ImagesPerSecond, double DataWaitShare, double? Knn,
    double? FnPrecision, int Workers);

/// <summary>Shows a run's progress to a person. Called from one thread at a time; never waits for the terminal for long.</summary>
public interface ITrainingProgress : IAsyncDisposable
{
    void Report(ProgressUpdate update);

    /// <summary>A line worth reading: a warning, a checkpoint, a worker lost.</summary>
    void Note(string line);
}
