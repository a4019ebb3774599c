using System.Buffers.Binary;
using System.IO.Hashing;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>
/// Takes the bytes of an <see cref="OutgoingFrame"/> as they come, in pieces of any size, over any number of connections, and has
/// them put where they belong: nothing is kept twice, and for nothing is room made before its turn has come.
/// </summary>
/// <param name="length">Of the safetensors file, as announced.</param>
public sealed class IncomingFrame(IBundleCodec codec, long length) : IDisposable
{
    /// <summary>Bytes of a header; some thousands of tensors.</summary>
    public const int MaxHead = 1 << 20;

    private readonly XxHash3 hash = new();
    private readonly IBundleBuilder builder = codec.Begin();
    private Action next = null!;
    private Memory<byte> room;
    private int filled;
    private bool allButHash;
    private Queue<SafetensorsHeader.Entry> coming = [];

    /// <summary>Bytes that have come so far, and with <see cref="Rest"/> those that are to come.</summary>
    public long Received { get; private set; }

    public long Rest => length + OutgoingFrame.HashLength - Received;

    /// <summary>Where the next bytes go; empty once all are here.</summary>
    public Memory<byte> Room => room[filled..];

    /// <exception cref="InvalidDataException">No bundle has such a length.</exception>
    public void Begin()
    {
        if (length < sizeof(long))
            throw new InvalidDataException($"a bundle can't have {length} bytes");
        Expect(new byte[sizeof(long)], TakeHeaderLength);
    }

    /// <summary>So many bytes were put into <see cref="Room"/>.</summary>
    /// <exception cref="InvalidDataException">They are no bundle, or not those that were sent; says why.</exception>
    public void Took(int count)
    {
        if (!allButHash)
            hash.Append(Room.Span[..count]);
        filled += count;
        Received += count;
        if (filled == room.Length)
            next();
    }

    public TensorBundle Complete() => Rest == 0 ? builder.Complete() : throw new InvalidOperationException($"{Rest} bytes are still to come.");

    public void Dispose() => builder.Dispose();

    private void Expect(Memory<byte> destination, Action then) => (room, filled, next) = (destination, 0, then);

    private void TakeHeaderLength()
    {
        var header = SafetensorsHeader.LengthOf(room.Span, length);
        if (header > MaxHead)
            throw new InvalidDataException($"a header of {header} bytes is longer than {MaxHead}");
        Expect(new byte[header], TakeHeader);
        if (header == 0)
            TakeHeader();
    }

    private void TakeHeader()
    {
        var header = SafetensorsHeader.Parse(room, length - sizeof(long) - room.Length);
        coming = new(header.Tensors);
        TakeTensor();
    }

    private void TakeTensor()
    {
        while (coming.TryDequeue(out var tensor))
        {
            var destination = builder.Add(tensor.Name, tensor.Dtype, tensor.Shape, tensor.Length);
            if (destination.Length != tensor.Length)
                throw new InvalidDataException($"tensor '{tensor.Name}' has {tensor.Length} bytes, but there is room for {destination.Length}");
            Expect(destination, TakeTensor);
            if (tensor.Length > 0)
                return;
        }

        allButHash = true;
        Expect(new byte[OutgoingFrame.HashLength], TakeHash);
    }

    private void TakeHash()
    {
        var (told, found) = (BinaryPrimitives.ReadUInt64LittleEndian(room.Span), hash.GetCurrentHashAsUInt64());
        Expect(default, static () => { });
        if (told != found)
            throw new InvalidDataException($"the checksum of what came is {found:x16}, that of what was sent {told:x16}");
    }
}
