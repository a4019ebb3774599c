namespace Kindred.Actors.Protocol.Store;

/// <summary>A stream that can only be written to, front to back.</summary>
internal abstract class WriteOnlyStream : Stream
{
    private long length;

    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    /// <summary>Bytes written so far.</summary>
    public sealed override long Length => length;

    public sealed override long Position
    {
        get => length;
        set => throw new NotSupportedException();
    }

    protected abstract void WriteAll(ReadOnlySpan<byte> bytes);

    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        WriteAll(buffer);
        length += buffer.Length;
    }

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public sealed override void Flush()
    {
    }

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();
}
