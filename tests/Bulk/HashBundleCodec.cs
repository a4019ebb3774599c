using Kindred.Simulation.Tensors;
using System.Runtime.InteropServices;
using Kindred.Actors.Bulk;
using Kindred.Gpu.Step;
using Kindred.Tests.Training;

namespace Kindred.Tests.Bulk;

/// <summary>Bundles of hashes, for tests of the protocol over the real bulk plane.</summary>
internal sealed class HashBundleCodec : IBundleCodec
{
    public IBundleBuilder Begin() => new Builder();

    private sealed class Builder : IBundleBuilder
    {
        private byte[] values = [];

        public Memory<byte> Add(string name, string dtype, long[] shape, long length) =>
            name == "hash" ? values = new byte[length] : throw new InvalidDataException($"a bundle of hashes has no '{name}'");

        public TensorBundle Complete() => new HashBundle(MemoryMarshal.Cast<byte, ulong>(values).ToArray());

        public void Dispose()
        {
        }
    }
}
