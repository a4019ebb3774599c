namespace Kindred.Actors.Engines;

/// <summary>Lets at most one line a second into the log, and counts those that it keeps out.</summary>
internal sealed class LogLimit(TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long? passed;
    private long keptOut;

    /// <param name="others">Kept out since the last one that passed.</param>
    public bool TryPass(out long others)
    {
        lock (gate)
        {
            others = keptOut;
            if (passed is { } last && clock.GetElapsedTime(last) < Period)
            {
                keptOut++;
                return false;
            }

            (passed, keptOut) = (clock.GetTimestamp(), 0);
            return true;
        }
    }
}
