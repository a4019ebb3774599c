using Kindred.Data.Formats;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>A bundle of torch tensors.</summary>
public sealed class TorchBundle : TensorBundle
{
    private readonly (string Name, Tensor Tensor)[] tensors;

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

    public override IReadOnlyList<SafeTensor> Entries() => [.. tensors.Select(t => Entry(t.Name, t.Tensor))];

    protected override void Dispose(bool disposing)
    {
        foreach (var (_, tensor) in tensors)
            tensor.Dispose();
    }

    private static SafeTensor Entry(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var host = tensor.detach().cpu().contiguous();
        return new SafeTensor(name, Dtype(tensor), tensor.shape, TorchExtra.Bytes(host).ToArray());
    }

    private static string Dtype(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Int64 => "I64",
        ScalarType.Int32 => "I32",
        var other => throw new NotSupportedException($"A bundle holds float32, int64 and int32, not {other}."),
    };
}
