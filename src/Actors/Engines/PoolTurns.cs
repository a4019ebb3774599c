namespace Kindred.Actors.Engines;

/// <summary>Executors on threads of their own, handlers on whichever thread has just made them ready, else on the pool.</summary>
internal sealed class PoolTurns : ITurns
{
    internal static readonly PoolTurns Instance = new();

    public void Soon(Mailbox mailbox)
    {
        if (!OwnTurns.TryTake(mailbox))
            ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
    }

    public Executor MakeExecutor(string name, int threads, LocalActor owner) => new ThreadExecutor(name, threads, owner);
}
