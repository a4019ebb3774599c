#pragma warning disable RS0030 // The engine is what owns the actors' threads.
#pragma warning disable CA1001 // The last thread disposes the queue.
using System.Collections.Concurrent;
using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>Threads of one instance of an actor. Closed, it still runs what waits, then signals <see cref="ExecutorEnded"/>.</summary>
internal sealed class LocalExecutor : IExecutor
{
    /// <summary>Pieces of work that may wait.</summary>
    private const int Capacity = 4096;

    private readonly BlockingCollection<Func<Completion>> waiting = new(Capacity);
    private readonly LocalActor owner;
    private int pending;
    private int live;

    internal LocalExecutor(string name, int threads, LocalActor owner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (Name, this.owner, live) = (name, owner, threads);
        for (var i = 0; i < threads; i++)
            new Thread(Work) { Name = $"{owner.Path}:{name}", IsBackground = true }.UnsafeStart();
    }

    public string Name { get; }

    public int Pending => Volatile.Read(ref pending);

    internal void Run(Func<Completion> work)
    {
        Interlocked.Increment(ref pending);
        if (waiting.TryAdd(work))
            return;
        Interlocked.Decrement(ref pending);
        throw new InvalidOperationException($"{owner.Path}: {Capacity} pieces of work wait for executor {Name}; hand over fewer at a time.");
    }

    internal void Close() => waiting.CompleteAdding();

    private void Work()
    {
        foreach (var work in waiting.GetConsumingEnumerable())
        {
            var completion = work();
            Interlocked.Decrement(ref pending);
            owner.Signal(completion);
        }

        if (Interlocked.Decrement(ref live) > 0)
            return;
        waiting.Dispose();
        owner.Signal(ExecutorEnded.Signal);
    }
}
