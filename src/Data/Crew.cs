using System.Runtime.ExceptionServices;

namespace Kindred.Data;

/// <summary>
/// Many pieces of work on threads of its own, never on the pool: that one carries messages. The threads wait a while for more: starting
/// and ending some for every batch interrupts all other threads of the process, those that feed a GPU among them.
/// </summary>
public static class Crew
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Queue<Action> Waiting = [];
    private static int idle;

    /// <summary>Does <paramref name="work"/> for 0 … <paramref name="count"/> − 1; what a piece throws is thrown here, the first by number.</summary>
    /// <param name="count">Pieces.</param>
    /// <param name="threads">How many work at once, the caller's thread among them; at least 1.</param>
    /// <param name="scratch">Made once for each thread, and given to its pieces.</param>
    /// <param name="work">Called once with each number, in no order.</param>
    public static void Run<T>(int count, int threads, Func<T> scratch, Action<int, T> work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var failures = new Exception?[count];
        var (next, failed) = (-1, false);
        void Work()
        {
            var own = scratch();
            for (int i; !Volatile.Read(ref failed) && (i = Interlocked.Increment(ref next)) < count;)
            {
                try
                {
                    work(i, own);
                }
                catch (Exception failure)
                {
                    failures[i] = failure;
                    Volatile.Write(ref failed, true);
                }
            }
        }

        var helpers = new Helpers(Work, Math.Min(threads, count) - 1);
        Work();
        helpers.Finish();
        if (Array.Find(failures, f => f is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>The images <paramref name="ids"/>, in that order.</summary>
    /// <param name="set">Where from.</param>
    /// <param name="ids">Numbers in the set; may repeat.</param>
    /// <param name="threads">How many decode at once; at least 1.</param>
    public static Image[] Read(this IDataSet set, ReadOnlyMemory<int> ids, int threads)
    {
        var images = new Image[ids.Length];
        Run(ids.Length, threads, () => set, (i, from) => images[i] = from.Read(ids.Span[i]));
        return images;
    }

    private static void Offer(Action work, int times)
    {
        lock (Waiting)
        {
            for (var i = 0; i < times; i++)
                Waiting.Enqueue(work);
            for (var missing = Waiting.Count - idle; missing > 0; missing--)
                new Thread(Help) { IsBackground = true, Name = "crew" }.Start();
            Monitor.PulseAll(Waiting);
        }
    }

    private static void Help()
    {
        while (Next() is { } work)
            work();
    }

    private static Action? Next()
    {
        lock (Waiting)
        {
            idle++;
            while (Waiting.Count == 0)
            {
                if (Monitor.Wait(Waiting, Patience) || Waiting.Count > 0)
                    continue;
                idle--;
                return null;
            }

            idle--;
            return Waiting.Dequeue();
        }
    }

    /// <summary>Those who help with one run. Who comes after its end does nothing.</summary>
    private sealed class Helpers
    {
        private readonly Action work;
        private int busy;
        private bool over;

        public Helpers(Action work, int most)
        {
            this.work = work;
            if (most > 0)
                Offer(Help, most);
        }

        /// <summary>Returns when nobody works on it any more.</summary>
        public void Finish()
        {
            lock (this)
            {
                over = true;
                while (busy > 0)
                    Monitor.Wait(this);
            }
        }

        private void Help()
        {
            lock (this)
            {
                if (over)
                    return;
                busy++;
            }

            work();
            lock (this)
            {
                busy--;
                Monitor.PulseAll(this);
            }
        }
    }
}
