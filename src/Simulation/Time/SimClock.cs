namespace Kindred.Simulation.Time;

/// <summary>Virtual time, as the actors of one engine see it; <paramref name="turn"/> gives a timer's call its turn.</summary>
internal sealed class SimClock(EventQueue queue, Action<TimeSpan, Action> turn) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => queue.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + queue.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimClock clock, Action call) : ITimer
    {
        private int setting;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            (period, setting) = (newPeriod, setting + 1);
            if (dueTime != Timeout.InfiniteTimeSpan)
                Set(dueTime, setting);
            return true;
        }

        public void Dispose() => setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan delay, int current) => clock.Turn(delay, () =>
        {
            if (current != setting)
                return;
            if (period != Timeout.InfiniteTimeSpan)
                Set(period, current);
            call();
        });
    }

    private void Turn(TimeSpan delay, Action call) => turn(delay, call);
}
