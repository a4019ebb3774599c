using Kindred.Data.Sampling;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Time;

/// <summary>Turns in virtual time: a message takes some microseconds, work what <paramref name="duration"/> says (node, executor).</summary>
internal sealed class VirtualTurns(EventQueue queue, long seed, Func<SimEngine, string, TimeSpan> duration) : ITurns
{
    private const int MostTicksToATurn = 200;
    private Keyed random = Keyed.For(Draw.Simulation, seed, 2);

    public bool IsHere => true;

    public Action<SimEngine>? AfterTurn { get; set; }

    public SimEngine? Running { get; private set; }

    /// <summary>Turns so far.</summary>
    public long Count { get; private set; }

    public void Soon(SimEngine engine, Action turn) => At(engine, TimeSpan.FromTicks(1 + random.NextBelow(MostTicksToATurn)), turn);

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

    public T Invoke<T>(Func<T> call) => call();

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
        AfterTurn?.Invoke(engine);
    }
}
