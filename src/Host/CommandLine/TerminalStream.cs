using System.Text;

namespace Kindred.Host.CommandLine;

/// <summary>
/// Output to a terminal that may be closed: what is written then has no reader, and no run may end of it before it has saved
/// (SIGHUP says that it is closed, <see cref="StopSignals"/>).
/// </summary>
internal sealed class TerminalStream(Stream terminal) : Stream
{
    /// <summary>Console.Out and Console.Error write to one of these where they write to a terminal.</summary>
    public static void Use()
    {
        if (!Console.IsOutputRedirected)
            Console.SetOut(Writer(Console.OpenStandardOutput()));
        if (!Console.IsErrorRedirected)
            Console.SetError(Writer(Console.OpenStandardError()));
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            terminal.Write(buffer);
        }
        catch (IOException)
        {
            // Closed.
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static StreamWriter Writer(Stream terminal) => new(new TerminalStream(terminal), new UTF8Encoding(false)) { AutoFlush = true };
}
