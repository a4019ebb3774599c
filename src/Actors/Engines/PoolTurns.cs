namespace Kindred.Actors.Engines;

/// <summary>Handlers on the thread pool, executors on threads of their own.</summary>
internal sealed class PoolTurns : ITurns
{
    internal static readonly PoolTurns Instance = new();

    public void Soon(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);

    public Executor MakeExecutor(string name, int threads, LocalActor owner) =>
        new ThreadExecutor(name, threads, owner, (actor, completion, _) => actor.Signal(completion));
}
