using System.Runtime.InteropServices;

namespace Kindred.Gpu.Torch;

/// <summary>Native memory that was let go of and waits for a tensor of as many bytes; the oldest is freed where there is too much.</summary>
internal static unsafe class BlobPool
{
    /// <summary>In bytes; below, malloc reuses well enough.</summary>
    internal const long Smallest = 1 << 20;

    internal const long Capacity = 1L << 30;
    private const nuint Alignment = 64;

    private static readonly Lock Gate = new();
    private static readonly List<(nint Memory, long Bytes)> Kept = [];
    private static long held;

    /// <summary>Bytes that wait for a tensor.</summary>
    internal static long Held
    {
        get
        {
            lock (Gate)
                return held;
        }
    }

    internal static nint Rent(long bytes)
    {
        lock (Gate)
        {
            var at = Kept.FindLastIndex(k => k.Bytes == bytes);
            if (at >= 0)
            {
                var memory = Kept[at].Memory;
                Kept.RemoveAt(at);
                held -= bytes;
                return memory;
            }
        }

        return (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
    }

    internal static void Return(nint memory, long bytes)
    {
        lock (Gate)
        {
            Kept.Add((memory, bytes));
            held += bytes;
            while (held > Capacity)
            {
                held -= Kept[0].Bytes;
                NativeMemory.AlignedFree((void*)Kept[0].Memory);
                Kept.RemoveAt(0);
            }
        }
    }
}
