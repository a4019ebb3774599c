namespace Kindred.Actors.Engines;

/// <summary>Who gives an engine's actors their turns and their work its threads: this process (<see cref="PoolTurns"/>, <see cref="OwnTurns"/>), or a simulation.</summary>
internal interface ITurns
{
    /// <summary>Has <see cref="Mailbox.Run"/> called once, soon.</summary>
    void Soon(Mailbox mailbox);

    Executor MakeExecutor(string name, int threads, LocalActor owner);
}
