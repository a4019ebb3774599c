using System.Runtime.ExceptionServices;

namespace Kindred.Data;

/// <summary>Reads many images on threads of its own, never on the pool.</summary>
public static class ParallelReader
{
    /// <summary>The images <paramref name="ids"/>, in that order; what a read throws is thrown here, the first by place.</summary>
    /// <param name="set">Where from.</param>
    /// <param name="ids">Numbers in the set; may repeat.</param>
    /// <param name="threads">How many decode at once, the caller's thread among them; at least 1.</param>
    public static Image[] Read(this IDataSet set, ReadOnlyMemory<int> ids, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var images = new Image[ids.Length];
        var failures = new Exception?[ids.Length];
        var next = -1;
        var failed = false;
        void Work()
        {
            for (int i; !Volatile.Read(ref failed) && (i = Interlocked.Increment(ref next)) < images.Length;)
            {
                try
                {
                    images[i] = set.Read(ids.Span[i]);
                }
                catch (Exception failure)
                {
                    failures[i] = failure;
                    Volatile.Write(ref failed, true);
                }
            }
        }

        var helpers = new Thread[Math.Min(threads, ids.Length) - 1 is var n && n > 0 ? n : 0];
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Work) { IsBackground = true, Name = "decode" };
            helpers[i].Start();
        }

        Work();
        foreach (var helper in helpers)
            helper.Join();
        if (Array.Find(failures, f => f is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
        return images;
    }
}
