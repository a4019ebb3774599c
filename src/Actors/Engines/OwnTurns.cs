namespace Kindred.Actors.Engines;

/// <summary>
/// As <see cref="PoolTurns"/>, but a thread that has done a piece of work and has nothing else to do takes the turns that follow from it
/// itself: waking another one for each of them takes longer than most of them do. Such turns wait for one another, so this is for
/// engines whose actors stand and fall together, not for a node, whose worker must answer while its coordinator waits for a disk.
/// </summary>
internal sealed class OwnTurns : ITurns
{
    /// <summary>Mailboxes that may wait for one thread; with more of them it pays to wake others.</summary>
    private const int Most = 2;

    internal static readonly OwnTurns Instance = new();

    /// <summary>Null: this thread isn't following up.</summary>
    [ThreadStatic]
    private static Queue<Mailbox>? ready;

    public void Soon(Mailbox mailbox)
    {
        if (ready is { Count: < Most } own)
            own.Enqueue(mailbox);
        else
            PoolTurns.Instance.Soon(mailbox);
    }

    public Executor MakeExecutor(string name, int threads, LocalActor owner) => new ThreadExecutor(name, threads, owner, FollowUp);

    /// <summary>Signals, and takes the turns that follow until this thread <paramref name="isWanted"/>; then the pool takes the rest.</summary>
    private static void FollowUp(LocalActor owner, Completion completion, Func<bool> isWanted)
    {
        var own = ready = new Queue<Mailbox>();
        try
        {
            owner.Signal(completion);
            while (!isWanted() && own.TryDequeue(out var next))
                next.Run(most: 1);
        }
        finally
        {
            ready = null;
            foreach (var rest in own)
                PoolTurns.Instance.Soon(rest);
        }
    }
}
