namespace Kindred.Tests.Store;

/// <summary>Time passes when somebody waits, and only then.</summary>
internal sealed class HastyClock(Action<int> waited) : TimeProvider
{
    private long ticks;

    public int Waits { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ticks += dueTime.Ticks;
        Waits++;
        waited(Waits);
        return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
