using System.IO.Hashing;

namespace Kindred.Actors.Protocol.Store;

/// <summary>Passes writes on and hashes them on the way (XxHash128: against accidents, not against forgers).</summary>
internal sealed class HashingStream(Stream inner) : Stream
{
    private readonly XxHash128 hash = new();
    private long length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes written so far.</summary>
    public override long Length => length;

    public override long Position
    {
        get => length;
        set => throw new NotSupportedException();
    }

    public string Checksum() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public static string ChecksumOf(Stream stream)
    {
        var whole = new XxHash128();
        whole.Append(stream);
        return Convert.ToHexStringLower(whole.GetCurrentHash());
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        hash.Append(buffer);
        length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
