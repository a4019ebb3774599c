using System.Security.Cryptography;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>The bundles that this node offers, oldest first: each until its receiver has it, its time is over, or newer ones need its room.</summary>
public sealed class OfferTable : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, LinkedListNode<Offer>> byId = [];
    private readonly LinkedList<Offer> byAge = [];
    private readonly TimeProvider clock;
    private readonly TimeSpan kept;
    private readonly long capacity;
    private readonly long origin;
    private readonly ITimer sweeper;

    // Of a random start: numbers of an earlier incarnation at this address mean nothing to this one.
    private ulong lastId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private long bytes;
    private bool closed;

    public OfferTable(BulkOptions options)
    {
        (clock, kept, capacity, origin) = (options.Clock, options.Kept, options.MaxOffered, options.Clock.GetTimestamp());
        var period = kept / 30;
        sweeper = clock.CreateTimer(_ => Sweep(), null, period, period);
    }

    public (int Count, long Bytes) Held
    {
        get
        {
            lock (gate)
                return (byAge.Count, bytes);
        }
    }

    /// <summary>Takes the bundle over.</summary>
    /// <exception cref="ObjectDisposedException">The table is closed; the bundle was disposed.</exception>
    public Offer Add(TensorBundle bundle)
    {
        var offer = new Offer(Interlocked.Increment(ref lastId), bundle, clock.GetElapsedTime(origin) + kept);
        List<Offer> evicted = [];
        bool late;
        lock (gate)
        {
            late = closed;
            if (!late)
                byId.Add(offer.Id, byAge.AddLast(offer));
            bytes += offer.Cost;
            while (bytes > capacity && byAge.Count > 1)
                evicted.Add(Remove(byAge.First!));
        }

        if (late)
            offer.Release();
        Release(evicted);
        ObjectDisposedException.ThrowIf(late, this);
        return offer;
    }

    /// <summary>The offer, held for a reader; null: gone, or never made.</summary>
    public Offer? Hold(ulong id)
    {
        lock (gate)
            return byId.TryGetValue(id, out var node) && node.Value.TryHold() ? node.Value : null;
    }

    /// <summary>The receiver has all of it. False: it was gone already.</summary>
    public bool Withdraw(ulong id)
    {
        Offer offer;
        lock (gate)
        {
            if (!byId.TryGetValue(id, out var node))
                return false;
            offer = Remove(node);
        }

        offer.Release();
        return true;
    }

    public void Dispose()
    {
        sweeper.Dispose();
        List<Offer> left = [];
        lock (gate)
        {
            closed = true;
            while (byAge.First is { } oldest)
                left.Add(Remove(oldest));
        }

        Release(left);
    }

    private void Sweep()
    {
        var now = clock.GetElapsedTime(origin);
        List<Offer> expired = [];
        lock (gate)
        {
            while (byAge.First is { } oldest && oldest.Value.Until <= now)
                expired.Add(Remove(oldest));
        }

        Release(expired);
    }

    private Offer Remove(LinkedListNode<Offer> node)
    {
        byAge.Remove(node);
        byId.Remove(node.Value.Id);
        bytes -= node.Value.Cost;
        return node.Value;
    }

    private static void Release(List<Offer> offers)
    {
        foreach (var offer in offers)
            offer.Release();
    }
}
