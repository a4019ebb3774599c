namespace Kindred.Actors.Training;

/// <summary>
/// How long an answer may take before it is asked for again: median + 6·MAD of the last answers, at least the floor
/// (the median absolute deviation, unlike the variance, isn't moved by the rare answer that was lost).
/// </summary>
internal sealed class Patience(TimeSpan first, TimeSpan floor)
{
    private const int Remembered = 33;
    private const double Deviations = 6;
    private readonly Queue<double> seconds = new();

    /// <summary>Grows with what is observed; before the first answer it is generous.</summary>
    public TimeSpan Limit { get; private set; } = first;

    public void Observe(TimeSpan taken)
    {
        if (seconds.Count == Remembered)
            seconds.Dequeue();
        seconds.Enqueue(taken.TotalSeconds);
        var median = Median(seconds);
        var limit = TimeSpan.FromSeconds(median + Deviations * Median(seconds.Select(s => Math.Abs(s - median))));
        Limit = limit > floor ? limit : floor;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
