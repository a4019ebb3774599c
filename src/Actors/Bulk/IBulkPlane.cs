using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>
/// Carries tensor bundles between nodes beside the messages: a message has a reference, the bytes are pulled from the node that owns
/// them. Engines use it; actors see bundles only. Safe to use from all threads.
/// </summary>
public interface IBulkPlane : IAsyncDisposable
{
    /// <summary>
    /// Takes the bundle over and keeps it until it has been pulled whole, or for 30 s. A sender that wants to keep it offers
    /// <see cref="TensorBundle.Share"/>, which doesn't copy.
    /// </summary>
    BundleReference Offer(TensorBundle bundle);

    /// <summary>The bundle that another node offers; its tensors are 64-byte aligned, and their checksum was verified.</summary>
    /// <exception cref="PullException">The owner can't be reached, is too slow, or says that the bundle is gone.</exception>
    Task<TensorBundle> PullAsync(BundleReference reference, CancellationToken cancel);
}

/// <summary>Where a bundle lies: the owner's address (http or https, host and port), its number there, and its size in bytes.</summary>
public sealed record BundleReference(string Owner, ulong Id, long Bytes);

/// <summary>A bundle that couldn't be had; says from where and why.</summary>
public sealed class PullException(string message, Exception? inner = null) : Exception(message, inner);
