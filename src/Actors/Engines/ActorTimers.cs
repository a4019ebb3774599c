namespace Kindred.Actors.Engines;

/// <summary>The timers of one instance, by key. A tick counts only while its timer is still the one of its key.</summary>
internal sealed class ActorTimers(LocalActor owner, TimeProvider clock)
{
    private readonly Dictionary<object, ActorTimer> timers = [];

    internal void Set(object key, TimeSpan delay, TimeSpan period, object message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(message);
        Cancel(key);
        timers[key] = new ActorTimer(owner, clock, key, delay, period, message);
    }

    internal void Cancel(object key)
    {
        if (timers.Remove(key, out var timer))
            timer.Dispose();
    }

    internal void CancelAll()
    {
        foreach (var timer in timers.Values)
            timer.Dispose();
        timers.Clear();
    }

    internal bool TryTake(ActorTimer tick)
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
internal sealed class ActorTimer : IDisposable
{
    private readonly LocalActor owner;
    private readonly ITimer timer;
    private int waiting;

    internal ActorTimer(LocalActor owner, TimeProvider clock, object key, TimeSpan delay, TimeSpan period, object message)
    {
        (this.owner, Key, Message, Repeats) = (owner, key, message, period != Timeout.InfiniteTimeSpan);
        timer = clock.CreateTimer(static state => ((ActorTimer)state!).Elapsed(), this, delay, period);
    }

    internal object Key { get; }

    internal object Message { get; }

    internal bool Repeats { get; }

    internal void Taken() => Volatile.Write(ref waiting, 0);

    private void Elapsed()
    {
        if (Interlocked.Exchange(ref waiting, 1) == 0)
            owner.Signal(this);
    }

    public void Dispose() => timer.Dispose();
}
