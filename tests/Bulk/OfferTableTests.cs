using Kindred.Simulation.Tensors;
using Kindred.Actors.Bulk;
using Kindred.Tests.Training;
using Microsoft.Extensions.Time.Testing;

namespace Kindred.Tests.Bulk;

public sealed class OfferTableTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void KeptFor30Seconds()
    {
        using var table = new OfferTable(Planes.Options with { Clock = clock });
        var (bundle, later) = (new HashBundle(1), new HashBundle(2));
        var id = table.Add(bundle).Id;
        clock.Advance(TimeSpan.FromSeconds(10));
        table.Add(later);
        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(2, table.Held.Count);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, table.Held.Count);
        Assert.Null(table.Hold(id));
        Assert.True(IsDisposed(bundle));
        Assert.False(IsDisposed(later));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 0L), table.Held);
        Assert.True(IsDisposed(later));
    }

    [Fact]
    public void WhatIsBeingReadLivesUntilItIsRead()
    {
        using var table = new OfferTable(Planes.Options with { Clock = clock });
        var bundle = new HashBundle(1);
        var id = table.Add(bundle).Id;
        var held = table.Hold(id)!;
        Assert.True(table.Withdraw(id));
        Assert.False(table.Withdraw(id));
        Assert.Null(table.Hold(id));
        Assert.False(IsDisposed(bundle));
        held.Release();
        Assert.True(IsDisposed(bundle));
    }

    [Fact]
    public void TheOldestMakeRoom()
    {
        using var table = new OfferTable(Planes.Options with { Clock = clock, MaxOffered = 10_000 });
        var bundles = Enumerable.Range(0, 50).Select(_ => new HashBundle(new ulong[100])).ToArray();
        foreach (var bundle in bundles)
        {
            table.Add(bundle);
            Assert.InRange(table.Held.Bytes, 1, 10_000);
        }

        var kept = table.Held.Count;
        Assert.InRange(kept, 2, 12);
        Assert.All(bundles[..^kept], b => Assert.True(IsDisposed(b)));
        Assert.All(bundles[^kept..], b => Assert.False(IsDisposed(b)));
        table.Add(new HashBundle(new ulong[5000]));
        Assert.Equal(1, table.Held.Count);
        table.Dispose();
        Assert.All(bundles, b => Assert.True(IsDisposed(b)));
        Assert.Throws<ObjectDisposedException>(() => table.Add(new HashBundle(1)));
    }

    private static bool IsDisposed(HashBundle bundle)
    {
        try
        {
            return bundle.Values is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
