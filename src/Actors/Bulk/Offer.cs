using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>A bundle on offer. It is disposed when it was withdrawn and nobody reads it any more.</summary>
public sealed class Offer
{
    private readonly TensorBundle bundle;
    private readonly Lock gate = new();
    private int holders = 1;

    /// <summary>Takes the bundle over.</summary>
    /// <exception cref="NotSupportedException">It can't travel.</exception>
    /// <exception cref="ArgumentException">Two of its tensors have one name.</exception>
    public Offer(ulong id, TensorBundle bundle, TimeSpan until)
    {
        try
        {
            (Id, this.bundle, Until, Frame) = (id, bundle, until, SafetensorsFrame.Of(bundle.Entries()));
            if (Frame.Head.Length > IncomingFrame.MaxHead)
                throw new NotSupportedException($"a bundle of {Frame.Tensors.Count} tensors, whose header has {Frame.Head.Length} bytes, can't travel");
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    public ulong Id { get; }

    public TimeSpan Until { get; }

    /// <summary>Its bytes, and some for the bookkeeping, so that a bound on them bounds the number of offers too.</summary>
    public long Cost => Frame.Length + 1024;

    /// <summary>To be read between <see cref="TryHold"/> and <see cref="Release"/>.</summary>
    public SafetensorsFrame Frame { get; }

    public bool TryHold()
    {
        lock (gate)
        {
            if (holders == 0)
                return false;
            holders++;
            return true;
        }
    }

    /// <summary>A reader is done; or, for the first holder, the table of offers.</summary>
    public void Release()
    {
        lock (gate)
        {
            if (--holders > 0)
                return;
        }

        bundle.Dispose();
    }
}
