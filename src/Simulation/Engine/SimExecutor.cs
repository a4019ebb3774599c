using Kindred.Actors.Engines;
using Kindred.Simulation.Time;

namespace Kindred.Simulation.Engine;

/// <summary>So many pieces of work at a time, each of which takes virtual time.</summary>
internal sealed class SimExecutor(string name, int threads, LocalActor owner, SimEngine engine, VirtualTurns turns) : Executor(name, owner)
{
    private readonly Queue<Func<Completion>> waiting = new();
    private int running;
    private bool closed;

    public override int Pending => waiting.Count + running;

    public override void Close()
    {
        closed = true;
        EndIfDone();
    }

    protected override bool TryAdd(Func<Completion> work)
    {
        if (waiting.Count >= Capacity)
            return false;
        waiting.Enqueue(work);
        StartNext();
        return true;
    }

    private void StartNext()
    {
        if (running == threads || !waiting.TryDequeue(out var work))
            return;
        running++;
        Completion? completion = null;
        turns.Work(engine, Name, () => completion = work(), () =>
        {
            running--;
            Owner.Signal(completion!);
            StartNext();
            EndIfDone();
        });
    }

    private void EndIfDone()
    {
        if (closed && Pending == 0)
            Owner.Signal(ExecutorEnded.Signal);
    }
}
