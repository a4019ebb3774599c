namespace Kindred.Simulation.Engine;

/// <summary>The timers of one instance, by key. A tick counts only while its timer is still the one of its key.</summary>
internal sealed class SimTimers(SimActor owner, TimeProvider clock)
{
    private readonly Dictionary<object, SimTimer> timers = [];

    public void Set(object key, TimeSpan delay, TimeSpan period, object message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(message);
        Cancel(key);
        timers[key] = new SimTimer(owner, clock, key, delay, period, message);
    }

    public void Cancel(object key)
    {
        if (timers.Remove(key, out var timer))
            timer.Dispose();
    }

    public void CancelAll()
    {
        foreach (var timer in timers.Values)
            timer.Dispose();
        timers.Clear();
    }

    public bool TryTake(SimTimer tick)
    {
        if (!timers.TryGetValue(tick.Key, out var current) || current != tick)
            return false;
        tick.Taken();
        if (!tick.Repeats)
            Cancel(tick.Key);
        return true;
    }
}

/// <summary>One timer; it is its own tick signal, of which at most one waits in the mailbox.</summary>
internal sealed class SimTimer : IDisposable
{
    private readonly SimActor owner;
    private readonly ITimer timer;
    private int waiting;

    public SimTimer(SimActor owner, TimeProvider clock, object key, TimeSpan delay, TimeSpan period, object message)
    {
        (this.owner, Key, Message, Repeats) = (owner, key, message, period != Timeout.InfiniteTimeSpan);
        timer = clock.CreateTimer(static state => ((SimTimer)state!).Elapsed(), this, delay, period);
    }

    public object Key { get; }

    public object Message { get; }

    public bool Repeats { get; }

    public void Taken() => Volatile.Write(ref waiting, 0);

    public void Dispose() => timer.Dispose();

    private void Elapsed()
    {
        if (Interlocked.Exchange(ref waiting, 1) == 0)
            owner.Signal(this);
    }
}
