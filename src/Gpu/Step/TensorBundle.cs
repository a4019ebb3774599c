using Kindred.Data.Formats;

namespace Kindred.Gpu.Step;

/// <summary>
/// Named tensors that travel in a message: in one process a reference to the tensors themselves, between nodes their bytes.
/// <b>A bundle in a message belongs to its receiver</b>, who disposes it; a sender that wants to keep it sends <see cref="Share"/>.
/// </summary>
public abstract class TensorBundle : IDisposable
{
    /// <summary>Another handle on the same memory, to be disposed on its own. Nobody writes into shared memory.</summary>
    public abstract TensorBundle Share();

    /// <summary>What the tensors take, in bytes.</summary>
    public abstract long Size { get; }

    /// <summary>
    /// The tensors as bytes, in a fixed order: what a checkpoint holds and <c>inspect</c> hashes. They are not copied where the tensors
    /// lie in plain CPU memory: to be read while the bundle lives, by one thread at a time.
    /// </summary>
    /// <exception cref="NotSupportedException">A tensor has 2 GiB or more.</exception>
    public abstract IReadOnlyList<SafeTensor> Entries();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
