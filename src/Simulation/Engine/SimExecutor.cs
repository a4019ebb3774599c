using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>
/// So many pieces of work at a time, each of which takes virtual time. Closed, it still runs what waits, then signals
/// <see cref="ExecutorEnded"/>.
/// </summary>
internal sealed class SimExecutor(string name, int threads, SimActor owner) : IExecutor
{
    private const int Capacity = 4096;
    private readonly Queue<Func<Completion>> waiting = new();
    private int running;
    private bool closed;

    public string Name => name;

    public int Pending => waiting.Count + running;

    public void Run(Func<Completion> work)
    {
        if (waiting.Count >= Capacity)
            throw new InvalidOperationException($"{owner.LocalPath}: {Capacity} pieces of work wait for executor {name}; hand over fewer at a time.");
        waiting.Enqueue(work);
        StartNext();
    }

    public void Close()
    {
        closed = true;
        EndIfDone();
    }

    private void StartNext()
    {
        if (running == threads || !waiting.TryDequeue(out var work))
            return;
        running++;
        Completion? completion = null;
        owner.Engine.Turns.Work(owner.Engine, name, () => completion = work(), () =>
        {
            running--;
            owner.Signal(completion!);
            StartNext();
            EndIfDone();
        });
    }

    private void EndIfDone()
    {
        if (closed && Pending == 0)
            owner.Signal(ExecutorEnded.Signal);
    }
}
