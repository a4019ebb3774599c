using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>The bundle without tensors, and what receives it.</summary>
internal sealed class Nothing : TensorBundle, IBundleCodec, IBundleBuilder
{
    public override TensorBundle Share() => new Nothing();

    public override long Size => 0;

    public override IReadOnlyList<SafeTensor> Entries() => [];

    public IBundleBuilder Begin() => this;

    public Memory<byte> Add(string name, string dtype, long[] shape, long length) => throw new InvalidDataException("there is nothing to come");

    public TensorBundle Complete() => this;

    protected override void Dispose(bool disposing)
    {
    }
}
