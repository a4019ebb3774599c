using System.Runtime.InteropServices;
using Kindred.Gpu.Step;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Actors.Bulk;

/// <summary>Receives straight into the tensors' memory, which is 64-byte aligned: nothing is copied afterwards.</summary>
public sealed class TorchBundleCodec : IBundleCodec
{
    /// <summary>Loads libtorch now: that can take seconds, which no pull has.</summary>
    /// <exception cref="DllNotFoundException">It can't be loaded; says why.</exception>
    public TorchBundleCodec()
    {
        if (!TorchLibrary.TryLoad(out var why))
            throw new DllNotFoundException(why);
    }

    public IBundleBuilder Begin() => new Builder();

    private sealed class Builder : IBundleBuilder
    {
        private readonly List<(string Name, Tensor Tensor)> tensors = [];

        public Memory<byte> Add(string name, string dtype, long[] shape, long length)
        {
            try
            {
                var tensor = TorchExtra.EmptyReused(shape, SafeDtype.Type(dtype), length).DetachFromDisposeScope();
                tensors.Add((name, tensor));
                return new TorchMemory(tensor).Memory;
            }
            catch (Exception e) when (e is ExternalException or DllNotFoundException)
            {
                throw new InvalidDataException($"tensor '{name}' can't be held: {e.Message}", e);
            }
        }

        public TensorBundle Complete()
        {
            var bundle = new TorchBundle([.. tensors]);
            tensors.Clear();
            return bundle;
        }

        public void Dispose()
        {
            foreach (var (_, tensor) in tensors)
                tensor.Dispose();
            tensors.Clear();
        }
    }
}
