using Kindred.Simulation.Tensors;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kindred.Actors.Bulk;
using Kindred.Data.Formats;
using Kindred.Tests.Training;

namespace Kindred.Tests.Bulk;

public sealed class IncomingFrameTests
{
    [Fact]
    public void PiecesOfAnySize() => Prop.ForAll(ArbMap.Default.ArbFor<ulong[]>(), Gen.Choose(1, 70).ToArbitrary(), (values, piece) =>
    {
        var sent = Sent(values);
        using var frame = Begin(sent.Length - OutgoingFrame.HashLength);
        for (var at = 0; frame.Rest > 0;)
        {
            var count = Math.Min(piece, frame.Room.Length);
            sent.AsMemory(at, count).CopyTo(frame.Room);
            frame.Took(count);
            at += count;
        }

        using var bundle = frame.Complete();
        return HashBundle.Of(bundle).SequenceEqual(values);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void TheRestFromAnyByteOnIsTheSame() => Prop.ForAll(ArbMap.Default.ArbFor<ulong[]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (values, from) =>
    {
        var whole = Sent(values);
        var start = from.Get % whole.Length;
        return Sent(values, start).AsSpan().SequenceEqual(whole.AsSpan(start));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void EveryFlippedBitIsFound()
    {
        var sent = Sent([1, 2, 3]);
        for (var bit = 0; bit < 8 * sent.Length; bit++)
        {
            var flipped = sent.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            using var frame = Begin(sent.Length - OutgoingFrame.HashLength);
            Assert.Throws<InvalidDataException>(() => Feed(frame, flipped));
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(IncomingFrame.MaxHead + 1ul)]
    [InlineData((1ul << 40) - 7)]
    public void NoRoomIsMadeForAHugeHeader(ulong header)
    {
        using var frame = Begin(1L << 40);
        BitConverter.GetBytes(header).CopyTo(frame.Room);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => frame.Took(8));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData("""{"hash":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"hash2":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("""{"hash":{"dtype":"I64","shape":[1000000000000],"data_offsets":[0,8]}}""")]
    [InlineData("""{"hash":{"dtype":"I64","shape":[-1],"data_offsets":[0,-8]}}""")]
    [InlineData("""{"weights":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("[[[[")]
    public void AHeaderThatLies(string header)
    {
        byte[] sent = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[16]];
        using var frame = Begin(sent.Length - OutgoingFrame.HashLength);
        Assert.Throws<InvalidDataException>(() => Feed(frame, sent));
    }

    private static IncomingFrame Begin(long length)
    {
        var frame = new IncomingFrame(new HashBundleCodec(), length);
        frame.Begin();
        return frame;
    }

    private static void Feed(IncomingFrame frame, byte[] bytes)
    {
        for (var at = 0; frame.Rest > 0;)
        {
            var count = frame.Room.Length;
            bytes.AsMemory(at, count).CopyTo(frame.Room);
            frame.Took(count);
            at += count;
        }
    }

    private static byte[] Sent(ulong[] values, long from = 0)
    {
        using var bundle = new HashBundle(values);
        using var sent = new MemoryStream();
        var pipe = PipeWriter.Create(sent);
        OutgoingFrame.WriteAsync(SafetensorsFrame.Of(bundle.Entries()), from, pipe, CancellationToken.None).Wait();
        return sent.ToArray();
    }
}
