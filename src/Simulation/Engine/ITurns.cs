namespace Kindred.Simulation.Engine;

/// <summary>Who gives simulated engines their turns: the event queue of a simulation, or a plain thread where the engine itself is tested.</summary>
internal interface ITurns
{
    /// <summary>Whether the caller is on the one thread that runs the turns.</summary>
    bool IsHere { get; }

    /// <summary>The engine whose turn it is; null between turns.</summary>
    SimEngine? Running { get; }

    /// <summary>Runs a turn of this engine soon.</summary>
    void Soon(SimEngine engine, Action turn);

    /// <summary>Two turns: the work of an executor, and when it has taken its time, its end.</summary>
    void Work(SimEngine engine, string executor, Action work, Action end);

    /// <summary>Calls on the thread of the turns and waits for the answer.</summary>
    T Invoke<T>(Func<T> call);
}
