using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// Views on their way to a GPU beside what it computes: one shard's, the last that arrived, so that all others wait in the CPU's memory.
/// Any thread.
/// </summary>
internal sealed class UploadAhead(int gpu) : IDisposable
{
    private readonly CudaStream stream = CudaStream.Create(gpu);
    private readonly Lock gate = new();
    private (TensorBundle Views, Tensor Copy)? ahead;

    /// <summary>Begins, if these lie in page-locked memory: from elsewhere the caller would wait.</summary>
    public void Begin(TensorBundle views)
    {
        var x = ((TorchBundle)views)["views"];
        if (!x.is_pinned())
            return;
        lock (gate)
        {
            ahead?.Copy.Dispose();
            ahead = null;
            try
            {
                ahead = (views, stream.Upload(x).DetachFromDisposeScope());
            }
            catch (ExternalException)
            {
                // Too little memory for two shards' views, say. Take tries again when it has to.
            }
        }
    }

    /// <summary>The views on the GPU, for what the calling thread queues there from now on; the copy is the caller's.</summary>
    public Tensor Take(TensorBundle views)
    {
        var copy = Ahead(views) ?? stream.Upload(((TorchBundle)views)["views"]);
        CudaStream.Current(gpu).Take(copy, stream);
        return copy;
    }

    public void Dispose() => ahead?.Copy.Dispose();

    private Tensor? Ahead(TensorBundle views)
    {
        lock (gate)
        {
            if (ahead is not { } copied || !ReferenceEquals(copied.Views, views))
                return null;
            ahead = null;
            return copied.Copy;
        }
    }
}
