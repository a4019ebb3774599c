namespace Kindred.Actors.Engines;

/// <summary>Lets at most one line a second into the log, and counts those that it keeps out.</summary>
internal sealed class LogLimit(TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private long count, logged, logTime;

    /// <param name="others">Kept out since the last one that passed.</param>
    public bool TryPass(out long others)
    {
        var (number, last) = (Interlocked.Increment(ref count), Interlocked.Read(ref logTime));
        var passes = (number == 1 || clock.GetElapsedTime(last) >= Period) && Interlocked.CompareExchange(ref logTime, clock.GetTimestamp(), last) == last;
        others = passes ? number - Interlocked.Exchange(ref logged, number) - 1 : 0;
        return passes;
    }
}
