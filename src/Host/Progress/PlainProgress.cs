namespace Kindred.Host.Progress;

/// <summary>Progress as lines: one every few seconds, and one for each epoch.</summary>
public sealed class PlainProgress(TextWriter output, TimeProvider clock, TimeSpan every) : ITrainingProgress
{
    private readonly TimeLeft timeLeft = new(clock);
    private ProgressUpdate? last;
    private long written;

    public void Report(ProgressUpdate update)
    {
        if (last is { } before && before.Epoch != update.Epoch) output.WriteLine(EpochLine(before));
        var left = timeLeft.After(update);
        if (last is null || clock.GetElapsedTime(written) >= every)
        {
            output.WriteLine(StepLine(update, left));
            written = clock.GetTimestamp();
        }

        last = update;
    }

    public void Note(string line) => output.WriteLine(line);

    public ValueTask DisposeAsync()
    {
        if (last is { } end) output.WriteLine(EpochLine(end));
        last = null;
        return ValueTask.CompletedTask;
    }

    private static string StepLine(ProgressUpdate update, TimeSpan? left) =>
        $"epoch {update.Epoch}  step {update.Step}/{update.TotalSteps}  loss {update.Loss:F3}  {update.ImagesPerSecond:F0} images/s  " +
        $"data wait {update.DataWaitShare:P0}  workers {update.Workers}  left {TimeLeft.Format(left)}";

    private static string EpochLine(ProgressUpdate end) =>
        $"epoch {end.Epoch}  to step {end.Step}  loss {end.Loss:F3}" + (end.FnPrecision is { } precision ? $"  detection precision {precision:P1}" : "");
}
