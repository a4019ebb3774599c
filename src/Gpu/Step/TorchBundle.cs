using Kindred.Data.Formats;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>A bundle of torch tensors.</summary>
public sealed class TorchBundle : TensorBundle
{
    private readonly (string Name, Tensor Tensor)[] tensors;
    private readonly List<Tensor> copies = [];

    /// <summary>Takes the tensors over: they leave the current dispose scope, and the bundle disposes them.</summary>
    public TorchBundle(params (string Name, Tensor Tensor)[] tensors)
    {
        this.tensors = tensors;
        foreach (var (_, tensor) in tensors)
            tensor.DetachFromDisposeScope();
    }

    public Tensor this[string name] =>
        Find(name) ?? throw new InvalidDataException($"The bundle has no tensor '{name}', only {string.Join(", ", tensors.Select(t => t.Name))}.");

    public Tensor? Find(string name) => Array.Find(tensors, t => t.Name == name).Tensor;

    public override TensorBundle Share() => new TorchBundle([.. tensors.Select(t => (t.Name, t.Tensor.alias()))]);

    public override long Size => tensors.Sum(t => t.Tensor.numel() * t.Tensor.element_size());

    public override IReadOnlyList<SafeTensor> Entries() => [.. tensors.Select(t => new SafeTensor(
        t.Name, SafeDtype.Name(t.Tensor.dtype), t.Tensor.shape, new TorchMemory(InPlace(t.Tensor)).Memory))];

    protected override void Dispose(bool disposing)
    {
        foreach (var (_, tensor) in tensors)
            tensor.Dispose();
        foreach (var copy in copies)
            copy.Dispose();
        copies.Clear();
    }

    private Tensor InPlace(Tensor tensor)
    {
        if (tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous())
            return tensor;
        using var scope = NewDisposeScope();
        var copy = tensor.detach().cpu().contiguous().DetachFromDisposeScope();
        copies.Add(copy);
        return copy;
    }
}
