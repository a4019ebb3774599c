namespace Kindred.Host.Progress;

/// <summary>Extrapolates from the steps since the first update of this process.</summary>
internal sealed class TimeLeft(TimeProvider clock)
{
    private long began;
    private long firstStep = -1;

    /// <returns>null until a step has been timed.</returns>
    public TimeSpan? After(ProgressUpdate update)
    {
        if (firstStep < 0) (firstStep, began) = (update.Step, clock.GetTimestamp());
        var steps = update.Step - firstStep;
        return steps <= 0 ? null : clock.GetElapsedTime(began) / steps * Math.Max(0, update.TotalSteps - update.Step);
    }

    /// <summary>"0:45", "12:03", "3:05:00"; "-" for null.</summary>
    public static string Format(TimeSpan? time) => time switch
    {
        null => "-",
        { TotalHours: >= 1 } long_ => $"{(long)long_.TotalHours}:{long_.Minutes:00}:{long_.Seconds:00}",
        { } short_ => $"{short_.Minutes}:{short_.Seconds:00}",
    };
}
