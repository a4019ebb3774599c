using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>Makes a node's kind of bundle out of bytes as they arrive: torch's where models run, hashes where the protocol is tested.</summary>
public interface IBundleCodec
{
    IBundleBuilder Begin();
}

/// <summary>A bundle on its way in. Disposed before <see cref="Complete"/>, it lets go of all that it holds.</summary>
public interface IBundleBuilder : IDisposable
{
    /// <summary>Room for the next tensor, of exactly <paramref name="length"/> bytes, which are written before the next call.</summary>
    /// <exception cref="InvalidDataException">This kind of bundle has no such tensors.</exception>
    Memory<byte> Add(string name, string dtype, long[] shape, long length);

    /// <summary>All tensors are here; the bundle is the caller's.</summary>
    /// <exception cref="InvalidDataException">They make no bundle.</exception>
    TensorBundle Complete();
}
