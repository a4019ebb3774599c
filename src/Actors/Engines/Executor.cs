using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>Where one instance's work runs. Closed, it still runs what waits, then signals <see cref="ExecutorEnded"/>.</summary>
internal abstract class Executor(string name, LocalActor owner) : IExecutor
{
    /// <summary>Pieces of work that may wait.</summary>
    protected const int Capacity = 4096;

    public string Name => name;

    public abstract int Pending { get; }

    protected LocalActor Owner => owner;

    public void Run(Func<Completion> work)
    {
        if (!TryAdd(work))
            throw new InvalidOperationException($"{owner.Path}: {Capacity} pieces of work wait for executor {name}; hand over fewer at a time.");
    }

    public abstract void Close();

    protected abstract bool TryAdd(Func<Completion> work);
}
