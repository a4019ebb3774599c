using System.Runtime.ExceptionServices;

namespace Kindred.Data;

/// <summary>Many pieces of work on threads of its own, never on the pool: that one carries messages.</summary>
public static class Crew
{
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

        var helpers = new Thread[Math.Max(0, Math.Min(threads, count) - 1)];
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Work) { IsBackground = true, Name = "crew" };
            helpers[i].Start();
        }

        Work();
        foreach (var helper in helpers)
            helper.Join();
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
}
