using System.Collections.Concurrent;
using Kindred.Actors.Bulk;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Cluster;

/// <summary>Bundles offered in this process, by all planes of the same address space.</summary>
internal sealed class MemoryPlane : IBulkPlane
{
    private static readonly ConcurrentDictionary<ulong, TensorBundle> Offers = new();
    private static ulong offers;

    /// <summary>Runs before each pull of this plane; what it throws, the pull throws.</summary>
    public Func<BundleReference, Task> BeforePull { get; set; } = _ => Task.CompletedTask;

    public BundleReference Offer(TensorBundle bundle)
    {
        var id = Interlocked.Increment(ref offers);
        Offers[id] = bundle;
        return new BundleReference("http://memory:1", id, 0);
    }

    public async Task<TensorBundle> PullAsync(BundleReference reference, CancellationToken cancel)
    {
        await BeforePull(reference);
        return Offers.TryRemove(reference.Id, out var bundle) ? bundle : throw new PullException($"bundle {reference.Id} is gone");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A bundle that only has to be told from others.</summary>
internal sealed class TextBundle(string text) : TensorBundle
{
    public string Text { get; } = text;

    public bool IsDisposed { get; private set; }

    public override TensorBundle Share() => new TextBundle(Text);

    public override long Size => Text.Length;

    public override IReadOnlyList<SafeTensor> Entries() => [];

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
