using Kindred.Actors.Engines;
using Kindred.Data.Sampling;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Time;

/// <summary>Turns in virtual time: a message takes some microseconds, work what <paramref name="duration"/> says (node, executor).</summary>
internal class VirtualTurns(EventQueue queue, long seed, Func<SimEngine, string, TimeSpan> duration)
{
    private const int MostTicksToATurn = 200;
    private Keyed random = Keyed.For(Draw.Simulation, seed, 2);

    /// <summary>Called after each turn of an actor.</summary>
    public Action<SimEngine, LocalActor>? AfterTurn { get; set; }

    /// <summary>The engine whose turn it is; null between turns.</summary>
    public SimEngine? Running { get; private set; }

    /// <summary>The actor whose turn it is.</summary>
    public LocalActor? Current { get; private set; }

    /// <summary>Turns so far.</summary>
    public long Count { get; private set; }

    /// <summary>Has the actor's next turn come in a moment.</summary>
    public virtual void Soon(SimEngine engine, Mailbox mailbox)
    {
        if (Running is { } other && other != engine)
            throw new InvalidOperationException($"{other} reached {mailbox.Actor} of {engine} without the network: see {nameof(Network.Readdressed)}.");
        At(engine, TimeSpan.FromTicks(1 + random.NextBelow(MostTicksToATurn)), () => Take(engine, mailbox));
    }

    /// <summary>Two turns: the work of an executor, and when it has taken its time, its end.</summary>
    public void Work(SimEngine engine, string executor, Action work, Action end)
    {
        var takes = duration(engine, executor);
        var until = takes * random.NextDouble();
        At(engine, until, () =>
        {
            work();
            At(engine, takes - until, end);
        });
    }

    /// <summary>A turn of this engine, unless it is dead by then; while it is paused it waits.</summary>
    public void At(SimEngine engine, TimeSpan delay, Action turn) => queue.Add(delay, () => Take(engine, turn));

    public void Resume(SimEngine engine)
    {
        engine.IsPaused = false;
        var waiting = engine.Deferred.ToArray();
        engine.Deferred.Clear();
        var delay = TimeSpan.Zero;
        foreach (var turn in waiting)
            At(engine, delay += TimeSpan.FromTicks(1), turn);
    }

    private void Take(SimEngine engine, Action turn)
    {
        if (engine.IsDead)
            return;
        if (engine.IsPaused)
        {
            engine.Deferred.Add(turn);
            return;
        }

        Running = engine;
        Count++;
        turn();
        Running = null;
    }

    private void Take(SimEngine engine, Mailbox mailbox)
    {
        Current = mailbox.Actor;
        mailbox.Run(1);
        Current = null;
        AfterTurn?.Invoke(engine, mailbox.Actor);
    }
}
