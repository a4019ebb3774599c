using System.IO.Hashing;
using System.Runtime.InteropServices;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>
/// Stands in for torch where the protocol is tested: every "tensor" is a 64-bit hash of what it was computed from, in order, so a
/// sample, shard, addition or commit that is lost, doubled or swapped changes every later bit.
/// </summary>
public sealed class HashBundle(params ulong[] values) : TensorBundle
{
    private static int live;

    private bool disposed = Count();

    /// <summary>Bundles of this process that nobody has disposed.</summary>
    public static int Live => live;

    public ulong[] Values => disposed ? throw new ObjectDisposedException(nameof(HashBundle)) : values;

    public static ulong Hash(params ReadOnlySpan<ulong> parts) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(parts));

    public static ulong[] Of(TensorBundle bundle) => ((HashBundle)bundle).Values;

    public override TensorBundle Share() => new HashBundle(Values);

    public override long Size => Buffer.ByteLength(values);

    public override IReadOnlyList<SafeTensor> Entries() =>
        [new SafeTensor("hash", "I64", [values.Length], MemoryMarshal.AsBytes<ulong>(Values).ToArray())];

    public static ulong[] Read(IReadOnlyList<SafeTensor> state) => MemoryMarshal.Cast<byte, ulong>(state[0].Data.Span).ToArray();

    protected override void Dispose(bool disposing)
    {
        if (!disposed)
            Interlocked.Decrement(ref live);
        disposed = true;
    }

    private static bool Count()
    {
        Interlocked.Increment(ref live);
        return false;
    }
}
