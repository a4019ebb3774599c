namespace Kindred.Bench;

/// <summary>Holds a thread back before every block of steps, so that blocks of two programs can alternate in one process.</summary>
internal sealed class Gate(int block) : IDisposable
{
    private readonly SemaphoreSlim opened = new(0), reached = new(0);
    private readonly CancellationTokenSource broken = new();
    private long steps;

    /// <summary>At the start of a step: blocks at the first of a block, until it is let through.</summary>
    public void Pass()
    {
        if (steps++ % block != 0)
            return;
        reached.Release();
        opened.Wait();
    }

    public void Open() => opened.Release();

    /// <summary>Waits until the thread stands before the next block.</summary>
    /// <exception cref="OperationCanceledException">The thread will never come.</exception>
    public void WaitUntilReached() => reached.Wait(broken.Token);

    public void Break() => broken.Cancel();

    public void Dispose()
    {
        opened.Dispose();
        reached.Dispose();
        broken.Dispose();
    }
}
