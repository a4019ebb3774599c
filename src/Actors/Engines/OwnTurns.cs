namespace Kindred.Actors.Engines;

/// <summary>
/// The turns that follow from what an executor's thread has done, taken on that thread while it has nothing else to do: waking another
/// one for each of them takes longer than most of them do.
/// </summary>
internal static class OwnTurns
{
    /// <summary>Null: this thread isn't following up.</summary>
    [ThreadStatic]
    private static Queue<Mailbox>? ready;

    /// <summary>False: the turn is another thread's.</summary>
    public static bool TryTake(Mailbox mailbox)
    {
        ready?.Enqueue(mailbox);
        return ready is not null;
    }

    /// <summary>Posts something and takes the turns that follow from it, until this thread <paramref name="isWanted"/>; then the pool takes the rest.</summary>
    public static void FollowUp(Action post, Func<bool> isWanted)
    {
        var own = ready = new Queue<Mailbox>();
        try
        {
            post();
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
