#pragma warning disable RS0030 // The engine is what owns the actors' threads.
#pragma warning disable CA1001 // The queue holds nothing but memory; disposed by the last thread it could throw in another's CompleteAdding.
using System.Collections.Concurrent;

namespace Kindred.Actors.Engines;

/// <summary>An executor with threads of its own.</summary>
internal sealed class ThreadExecutor : Executor
{
    private readonly BlockingCollection<Func<Completion>> waiting = new(Capacity);
    private readonly Action<LocalActor, Completion, Func<bool>> end;
    private int pending;
    private int live;

    /// <param name="end">
    /// Signals a piece of work's completion to the owner, on the thread that did it. It may keep that thread until the last argument says
    /// that it is wanted for more work, or to end.
    /// </param>
    internal ThreadExecutor(string name, int threads, LocalActor owner, Action<LocalActor, Completion, Func<bool>> end)
        : base(name, owner)
    {
        this.end = end;
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

    private bool IsWanted() => waiting.Count > 0 || waiting.IsAddingCompleted;

    private void Work()
    {
        foreach (var work in waiting.GetConsumingEnumerable())
        {
            var completion = work();
            Interlocked.Decrement(ref pending);
            end(Owner, completion, IsWanted);
        }

        if (Interlocked.Decrement(ref live) > 0)
            return;
        Owner.Signal(ExecutorEnded.Signal);
    }
}
