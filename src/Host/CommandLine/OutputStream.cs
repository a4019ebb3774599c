using System.Text;

namespace Kindred.Host.CommandLine;

/// <summary>
/// Output that perhaps can't be written: a terminal that is closed (SIGHUP says so, <see cref="StopSignals"/>), a file on a full disk. A command
/// that saves what it did goes on without its output; any other's work is its output, and it ends.
/// </summary>
internal sealed class OutputStream(Stream output, Action<string> fail) : Stream
{
    private bool failed;

    /// <summary>Console.Out and Console.Error write to one of these; errors of standard error itself are said nowhere.</summary>
    public static void Use(bool saves)
    {
        Console.SetError(Writer(Console.OpenStandardError(), _ => { }));
        Console.SetOut(Writer(Console.OpenStandardOutput(), saves || !Console.IsOutputRedirected
            ? why => Console.Error.WriteLine($"kindred: warning: standard output can't be written ({why}): going on without it")
            : why => throw new OutputException($"standard output can't be written: {why}")));
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
            output.Write(buffer);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!failed)
                fail(failure.Message.TrimEnd('.'));
            failed = true;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static StreamWriter Writer(Stream output, Action<string> fail) => new(new OutputStream(output, fail), new UTF8Encoding(false)) { AutoFlush = true };
}

/// <summary>A command's result has nowhere to go.</summary>
internal sealed class OutputException(string message) : Exception(message);
