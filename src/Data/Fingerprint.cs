using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Data;

/// <summary>
/// XxHash128 of what makes a data set the same one: order, names, sizes, labels, sampled contents. Strings carry their length.
/// </summary>
internal sealed class Fingerprint
{
    private readonly XxHash128 hash = new();

    public Fingerprint Add(ReadOnlySpan<byte> bytes)
    {
        hash.Append(bytes);
        return this;
    }

    public Fingerprint Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Add(bytes.Length).Add(bytes);
    }

    public Fingerprint Add(long number) => Add(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));

    public string Hex() => Convert.ToHexStringLower(hash.GetCurrentHash());
}
