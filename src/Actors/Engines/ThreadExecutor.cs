#pragma warning disable RS0030 // The engine is what owns the actors' threads.
#pragma warning disable CA1001 // The last thread disposes the queue.
using System.Collections.Concurrent;

namespace Kindred.Actors.Engines;

/// <summary>An executor with threads of its own.</summary>
internal sealed class ThreadExecutor : Executor
{
    private readonly BlockingCollection<Func<Completion>> waiting = new(Capacity);
    private int pending;
    private int live;

    internal ThreadExecutor(string name, int threads, LocalActor owner)
        : base(name, owner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        live = threads;
        for (var i = 0; i < threads; i++)
            new Thread(Work) { Name = $"{owner.Path}:{name}", IsBackground = true }.UnsafeStart();
    }

    public override int Pending => Volatile.Read(ref pending);

    public override void Close() => waiting.CompleteAdding();

    protected override bool TryAdd(Func<Completion> work)
    {
        Interlocked.Increment(ref pending);
        var added = waiting.TryAdd(work);
        if (!added)
            Interlocked.Decrement(ref pending);
        return added;
    }

    private void Work()
    {
        foreach (var work in waiting.GetConsumingEnumerable())
        {
            var completion = work();
            Interlocked.Decrement(ref pending);
            OwnTurns.FollowUp(() => Owner.Signal(completion), isWanted: () => waiting.Count > 0 || waiting.IsAddingCompleted);
        }

        if (Interlocked.Decrement(ref live) > 0)
            return;
        waiting.Dispose();
        Owner.Signal(ExecutorEnded.Signal);
    }
}
