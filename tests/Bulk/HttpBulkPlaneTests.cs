using Kindred.Simulation.Tensors;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Kindred.Actors.Bulk;
using Kindred.Gpu.Step;
using Kindred.Gpu.Torch;
using Kindred.Tests.Training;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static TorchSharp.torch;

namespace Kindred.Tests.Bulk;

public sealed class HttpBulkPlaneTests
{
    private static readonly ScalarType[] Types =
        [ScalarType.Float32, ScalarType.Int64, ScalarType.Int32, ScalarType.BFloat16, ScalarType.Byte, ScalarType.Bool, ScalarType.Float64];

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task WhatIsOfferedIsPulled(HttpProtocols protocol)
    {
        await using var planes = await Planes.Start(Planes.Options with { Protocol = protocol });
        var tensors =
            from type in Gen.Elements(Types)
            from shape in Gen.Choose(0, 40).Select(size => (long)size).ArrayOf(3)
            from rank in Gen.Choose(0, 3)
            select randint(0, 2, shape[..rank], type);
        Prop.ForAll(tensors.ArrayOf().ToArbitrary(), made =>
        {
            using var bundle = new TorchBundle([.. made.Select((t, i) => ($"tensor {i}", t))]);
            using var pulled = planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()), CancellationToken.None).Result;
            return Planes.Describe(bundle.Entries()).SequenceEqual(Planes.Describe(pulled.Entries()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task LargeTensorsWholeAndAligned()
    {
        await using var planes = await Planes.Start();
        using var bundle = new TorchBundle(
            ("odd", arange(3, ScalarType.Byte)), ("large", randn(3_000_001)), ("turned", randn(700, 300).t()), ("half", randn(1_000_003).to(ScalarType.BFloat16)));
        using var pulled = (TorchBundle)await planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()), CancellationToken.None);
        Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(pulled.Entries()));
        foreach (var name in new[] { "odd", "large", "turned", "half" })
            Assert.Equal(0, Position(pulled[name]) % 64);
    }

    [Fact]
    public async Task EntriesAreNotCopied()
    {
        using var tensor = randn(5, 7);
        using var bundle = new TorchBundle(("x", tensor.alias()), ("turned", tensor.t()));
        var entries = bundle.Entries();
        using (var pin = entries[0].Data.Pin())
            Assert.Equal(Position(tensor), Position(pin));
        Assert.Equal(MemoryMarshal.AsBytes(tensor.t().contiguous().data<float>().ToArray().AsSpan()), entries[1].Data.Span);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task AnotherCodecMakesAnotherBundle()
    {
        await using var planes = await Planes.Start(new HashBundleCodec(), Planes.Options, Planes.Options);
        using var pulled = await planes.Puller.PullAsync(planes.Owner.Offer(new HashBundle(4, 5, ulong.MaxValue)), CancellationToken.None);
        Assert.Equal([4, 5, ulong.MaxValue], HashBundle.Of(pulled));
        using var other = Planes.Bundle(4);
        var wrong = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(planes.Owner.Offer(other.Share()), CancellationToken.None));
        Assert.Contains("a bundle of hashes has no 'x'", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachReceiverHasAnOfferOfItsOwnAndPulledWholeItIsLetGo()
    {
        await using var planes = await Planes.Start();
        using var bundle = Planes.Bundle(1000);
        var offers = Enumerable.Range(0, 20).Select(_ => planes.Owner.Offer(bundle.Share())).ToArray();
        Assert.Equal(20, planes.Owner.Offered.Count);
        var pulled = await Task.WhenAll(offers.Select(o => planes.Puller.PullAsync(o, CancellationToken.None)));
        Assert.All(pulled, p => Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(p.Entries())));
        foreach (var one in pulled)
            one.Dispose();
        await planes.Puller.Settled();
        Assert.Equal((0, 0L), planes.Owner.Offered);
        var gone = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(offers[0], CancellationToken.None));
        Assert.Contains("gone", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherSecretIsRefusedByBoth()
    {
        await using var planes = await Planes.Start(Planes.Options, Planes.Options with { Secret = "of others" });
        var refused = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(planes.Owner.Offer(Planes.Bundle(4)), CancellationToken.None));
        Assert.Contains("secret", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"{planes.Owner.Address}/bundle/1"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData(-8)]
    [InlineData(8)]
    [InlineData(1L << 33)]
    public async Task AnotherLengthThanTheAnnouncedOne(long more)
    {
        await using var planes = await Planes.Start(Planes.Options with { MaxBundle = 1L << 34 });
        var reference = planes.Owner.Offer(Planes.Bundle(1000));
        var wrong = await Assert.ThrowsAsync<PullException>(
            () => planes.Puller.PullAsync(reference with { Bytes = reference.Bytes + more }, CancellationToken.None));
        Assert.Contains("bytes are announced instead of", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:1", 100, "no address")]
    [InlineData("nowhere", 100, "no address")]
    [InlineData("http://127.0.0.1:1/else", 100, "no address")]
    [InlineData("http://10.1.2.3:80", 100, "beyond loopback")]
    [InlineData("http://localhost.example.com:80", 100, "beyond loopback")]
    [InlineData("http://127.0.0.1:1", 2_000_000, "more than")]
    [InlineData("http://127.0.0.1:1", -1, "can't have -1 bytes")]
    [InlineData("http://127.0.0.1:1", 100, "refused")]
    public async Task ReferencesThatCannotBe(string owner, long bytes, string why)
    {
        await using var plane = await HttpBulkPlane.StartAsync(Planes.Options with { MaxBundle = 1_000_000 }, new TorchBundleCodec(), CancellationToken.None);
        var wrong = await Assert.ThrowsAsync<PullException>(() => plane.PullAsync(new BundleReference(owner, 7, bytes), CancellationToken.None));
        Assert.Contains(why, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOwnerThatHasLeft()
    {
        await using var planes = await Planes.Start();
        var reference = planes.Owner.Offer(Planes.Bundle(1000));
        await planes.Owner.DisposeAsync();
        await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(reference, CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => planes.Owner.Offer(Planes.Bundle(4)));
    }

    [Fact]
    public async Task ACallerThatWaitsNoLonger()
    {
        await using var planes = await Planes.Start();
        await using var proxy = new FaultyProxy(planes.Owner.Address, (_, _) => Fault.Pause);
        using var cancel = new CancellationTokenSource();
        var pull = planes.Puller.PullAsync(planes.Owner.Offer(Planes.Bundle(1000)) with { Owner = proxy.Address }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
    }

    private static unsafe nint Position(System.Buffers.MemoryHandle pin) => (nint)pin.Pointer;

    private static unsafe nint Position(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(TorchExtra.Bytes(tensor)));
}
