using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.Pipelines;
using Kindred.Data.Formats;

namespace Kindred.Actors.Bulk;

/// <summary>
/// What travels: a safetensors file, then the XxHash3 (64 bits, little-endian) of all its bytes. Sent out of the tensors' own memory,
/// block by block, each hashed while it is in the cache.
/// </summary>
public static class OutgoingFrame
{
    public const int HashLength = sizeof(ulong);

    /// <summary>Each costs a thread's wake at the socket: with an eighth of it a pull takes a third longer.</summary>
    private const int Block = 2 << 20;

    /// <summary>Writes everything from byte <paramref name="offset"/> on; what lies before is only hashed.</summary>
    public static async Task WriteAsync(SafetensorsFrame frame, long offset, PipeWriter pipe, CancellationToken cancel)
    {
        var hash = new XxHash3();
        var block = new OutgoingBlock(pipe, (int)Math.Min(Block, frame.Length + HashLength - offset));
        foreach (var part in frame.Tensors.Select(t => t.Data).Prepend(frame.Head))
        {
            var skipped = (int)Math.Min(offset, part.Length);
            hash.Append(part.Span[..skipped]);
            offset -= skipped;
            var rest = part[skipped..];
            while (rest.Length > 0)
            {
                var written = block.Copy(rest.Span);
                hash.Append(written);
                rest = rest[written.Length..];
                if (block.IsFull && !await block.FlushAsync(cancel))
                    return;
            }
        }

        var sum = new byte[HashLength];
        BinaryPrimitives.WriteUInt64LittleEndian(sum, hash.GetCurrentHashAsUInt64());
        for (var rest = sum.AsMemory((int)offset); rest.Length > 0;)
        {
            rest = rest[block.Copy(rest.Span).Length..];
            if (!await block.FlushAsync(cancel))
                return;
        }
    }
}

/// <summary>A piece of a pipe's memory that is being filled.</summary>
internal sealed class OutgoingBlock(PipeWriter pipe, int size)
{
    private Memory<byte> room;
    private int filled;

    public bool IsFull => filled == room.Length;

    /// <summary>Copies as much as fits, and returns it where it now lies.</summary>
    public ReadOnlySpan<byte> Copy(ReadOnlySpan<byte> from)
    {
        if (room.Length == 0)
            room = pipe.GetMemory(size);
        var to = room.Span.Slice(filled, Math.Min(from.Length, room.Length - filled));
        from[..to.Length].CopyTo(to);
        filled += to.Length;
        return to;
    }

    /// <summary>False: nobody reads any more.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancel)
    {
        pipe.Advance(filled);
        (room, filled) = (default, 0);
        var result = await pipe.FlushAsync(cancel);
        return !result.IsCompleted && !result.IsCanceled;
    }
}
