using Kindred.Actors.Bulk;

namespace Kindred.Tests.Bulk;

/// <summary>Between puller and owner bytes are lost, changed or late.</summary>
public sealed class BulkFaultTests
{
    [Fact]
    public async Task ABrokenConnectionIsTakenUpWhereItBroke()
    {
        await using var planes = await Planes.Start();
        await using var proxy = new FaultyProxy(planes.Owner.Address, (connection, at) => connection <= 5 && at == 700_000 ? Fault.Cut : Fault.None);
        using var bundle = Planes.Bundle(1_000_000);
        using var pulled = await planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()) with { Owner = proxy.Address }, CancellationToken.None);
        Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(pulled.Entries()));
        Assert.Equal(6, proxy.Connections);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(700)]
    [InlineData(4_000)]
    public async Task AConnectionThatBreaksOnceAnywhere(int where)
    {
        await using var planes = await Planes.Start();
        await using var proxy = new FaultyProxy(planes.Owner.Address, (connection, at) => connection == 1 && at == where ? Fault.Cut : Fault.None);
        using var bundle = Planes.Bundle(1000);
        using var pulled = await planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()) with { Owner = proxy.Address }, CancellationToken.None);
        Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(pulled.Entries()));
    }

    [Theory]
    [InlineData(Fault.Cut, 5_000, "ended")]
    [InlineData(Fault.Flip, 5_000, "checksum")]
    [InlineData(Fault.Pause, 5_000, "no progress for 0.3 s")]
    [InlineData(Fault.Pause, 0, "no progress for 0.3 s")]
    public async Task OneClearLine(Fault fault, int where, string why)
    {
        var patience = fault == Fault.Pause ? TimeSpan.FromSeconds(0.3) : Planes.Options.Patience;
        await using var planes = await Planes.Start(Planes.Options with { Patience = patience });
        await using var proxy = new FaultyProxy(planes.Owner.Address, (connection, at) => at == (connection == 1 ? where : 0) ? fault : Fault.None);
        var reference = planes.Owner.Offer(Planes.Bundle(10_000)) with { Owner = proxy.Address };
        var failed = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(reference, CancellationToken.None));
        Assert.Contains(why, failed.Message, StringComparison.Ordinal);
        Assert.Contains(proxy.Address, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failed.Message);
        Assert.Equal(1, planes.Owner.Offered.Count);
    }

    [Fact]
    public async Task ItIsGoneBeforeItsRestWasPulled()
    {
        await using var planes = await Planes.Start();
        var cut = false;
        BundleReference? reference = null;
        await using var proxy = new FaultyProxy(planes.Owner.Address, (_, at) => !cut && at == 10_000 ? Cut() : Fault.None);
        reference = planes.Owner.Offer(Planes.Bundle(10_000)) with { Owner = proxy.Address };
        var failed = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(reference, CancellationToken.None));
        Assert.Contains("gone", failed.Message, StringComparison.Ordinal);

        Fault Cut()
        {
            cut = true;
            planes.Owner.Withdraw(reference!);
            return Fault.Cut;
        }
    }
}
