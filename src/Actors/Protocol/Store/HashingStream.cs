using System.IO.Hashing;

namespace Kindred.Actors.Protocol.Store;

/// <summary>Passes writes on and hashes them on the way (XxHash128: against accidents, not against forgers).</summary>
internal sealed class HashingStream(Stream inner) : WriteOnlyStream
{
    private readonly XxHash128 hash = new();

    public string Checksum() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public static string ChecksumOf(Stream stream)
    {
        var whole = new XxHash128();
        whole.Append(stream);
        return Convert.ToHexStringLower(whole.GetCurrentHash());
    }

    protected override void WriteAll(ReadOnlySpan<byte> bytes)
    {
        inner.Write(bytes);
        hash.Append(bytes);
    }
}
