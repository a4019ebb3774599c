using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.Remote;

namespace Kindred.Actors.Engines.RabbitMq.Wire;

/// <summary>
/// What stands before a message's body. On the wire: the protocol's version (1 byte), the header's length (4 bytes, little-endian),
/// header, body; both are JSON.
/// </summary>
/// <param name="What">A message's type, or a reason.</param>
/// <param name="To">Of this node, under the incarnation that the sender knows.</param>
/// <param name="From">The message's sender; of Watch and Unwatch the watcher; of Terminated who has stopped.</param>
/// <param name="Trace">W3C traceparent.</param>
/// <param name="TraceState">W3C tracestate.</param>
/// <param name="Bundles">Where the message's bundles lie, in the order in which its body names them.</param>
internal sealed record WireHeader(
    RemoteKind Kind, string What, RemoteAddress To, RemoteAddress? From, string? Trace = null, string? TraceState = null,
    IReadOnlyList<BundleReference>? Bundles = null)
{
    /// <summary>Of headers, bodies and notices. Nodes of different versions don't understand one another, and say so.</summary>
    public const byte Version = 1;

    private const int Prefix = 1 + sizeof(int);

    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public byte[] Frame(ReadOnlySpan<byte> body)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(this, Options);
        var frame = new byte[Prefix + header.Length + body.Length];
        frame[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), header.Length);
        header.CopyTo(frame, Prefix);
        body.CopyTo(frame.AsSpan(Prefix + header.Length));
        return frame;
    }

    /// <exception cref="WireException">It is of another version, or damaged.</exception>
    public static WireHeader Parse(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> body)
    {
        CheckVersion(frame);
        var length = frame.Length < Prefix ? -1 : BinaryPrimitives.ReadInt32LittleEndian(frame[1..]);
        if (length < 0 || length > frame.Length - Prefix)
            throw new WireException($"a message of {frame.Length} bytes whose header has {length}");
        body = frame[(Prefix + length)..];
        return WireException.Guard<WireHeader>(frame.Slice(Prefix, length), Options, "a header");
    }

    public static byte[] Frame(Notice notice) => [Version, .. JsonSerializer.SerializeToUtf8Bytes(notice)];

    /// <exception cref="WireException">It is of another version, or damaged.</exception>
    public static Notice ParseNotice(ReadOnlySpan<byte> frame)
    {
        CheckVersion(frame);
        return WireException.Guard<Notice>(frame[1..], JsonSerializerOptions.Default, "a notice");
    }

    private static void CheckVersion(ReadOnlySpan<byte> frame)
    {
        if (frame.Length == 0 || frame[0] != Version)
            throw new WireException($"protocol version {(frame.Length == 0 ? "none" : frame[0])}; this node speaks {Version}");
    }
}

/// <summary>Bytes that are no message for this node; the message says why, for a log line.</summary>
internal sealed class WireException(string message, Exception? inner = null) : Exception(message, inner)
{
    public static T Guard<T>(ReadOnlySpan<byte> json, JsonSerializerOptions options, string what) => (T)Guard(json, typeof(T), options, what);

    public static object Guard(ReadOnlySpan<byte> json, Type type, JsonSerializerOptions options, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type, options) ?? throw new WireException($"{what} that is null");
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new WireException($"{what} that can't be read: {wrong.Message.ReplaceLineEndings(" ")}", wrong);
        }
    }
}
