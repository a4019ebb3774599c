using System.Collections.Concurrent;
using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>
/// Two queues, signals before messages, emptied by at most one thread at a time, after the idea of Proto.Actor's mailbox.
/// A poster enqueues first and then tries to turn idle into busy; the runner turns busy into idle first and then looks at the queues
/// once more. Whichever comes second sees the other, so nothing is left lying.
/// </summary>
internal sealed class Mailbox(LocalActor actor, int capacity, ITurns turns) : IThreadPoolWorkItem
{
    /// <summary>Turns in a row on a pool thread, before other actors get it.</summary>
    private const int Burst = 256;

    private readonly ConcurrentQueue<object> signals = new();
    private readonly ConcurrentQueue<Envelope> messages = new();
    private int depth;
    private int busy;

    internal LocalActor Actor => actor;

    internal int Depth => Volatile.Read(ref depth);

    /// <summary>False when full.</summary>
    internal bool TryPost(in Envelope envelope)
    {
        if (Interlocked.Increment(ref depth) > capacity)
        {
            Interlocked.Decrement(ref depth);
            return false;
        }

        messages.Enqueue(envelope);
        Schedule();
        return true;
    }

    internal void PostSignal(object signal)
    {
        signals.Enqueue(signal);
        Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref busy, 1, 0) == 0)
            turns.Soon(this);
    }

    void IThreadPoolWorkItem.Execute() => Run(Burst);

    /// <summary>Takes at most so many turns.</summary>
    internal void Run(int most)
    {
        actor.Thread = Environment.CurrentManagedThreadId;
        for (var turn = 0; turn < most && TakeTurn(); turn++)
        {
        }

        actor.Thread = 0;
        Interlocked.Exchange(ref busy, 0);
        if (!signals.IsEmpty || (!actor.Suspended && !messages.IsEmpty))
            Schedule();
    }

    private bool TakeTurn()
    {
        if (signals.TryDequeue(out var signal))
            actor.OnSignal(signal);
        else if (!actor.Suspended && TryTake(out var envelope))
            actor.OnMessage(envelope);
        else
            return false;
        return true;
    }

    internal bool TryTake(out Envelope envelope)
    {
        var taken = messages.TryDequeue(out envelope);
        if (taken)
            Interlocked.Decrement(ref depth);
        return taken;
    }
}
