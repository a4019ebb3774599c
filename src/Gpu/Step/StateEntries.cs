using System.Runtime.InteropServices;
using Kindred.Data.Formats;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>Entries of a saved state as tensors.</summary>
public static class StateEntries
{
    /// <summary>Copies the entry of that name into a tensor of the state.</summary>
    /// <exception cref="InvalidDataException">There is no such entry, or its shape or type is another.</exception>
    public static void CopyTo(this IReadOnlyList<SafeTensor> entries, string name, Tensor target)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var saved = entries.ToTensor(name);
        if (saved.dtype != target.dtype || !saved.shape.SequenceEqual(target.shape))
            throw new InvalidDataException(
                $"State '{name}' is {saved.dtype} [{string.Join(", ", saved.shape)}], but this run's is {target.dtype} [{string.Join(", ", target.shape)}]: "
                + "it was saved with another model, head or optimizer; put the run's own config.hocon back.");
        target.copy_(saved);
    }

    /// <summary>The entry of that name as a CPU tensor.</summary>
    /// <exception cref="InvalidDataException">There is no such entry.</exception>
    public static Tensor ToTensor(this IReadOnlyList<SafeTensor> entries, string name)
    {
        var entry = entries.FirstOrDefault(e => e.Name == name)
            ?? throw new InvalidDataException($"The saved state has no '{name}': it was saved by a run with other settings.");
        var bytes = entry.Data.Span;
        return entry.Dtype switch
        {
            "F32" => TorchExtra.FromSpan(MemoryMarshal.Cast<byte, float>(bytes), entry.Shape),
            "I64" => TorchExtra.FromSpan(MemoryMarshal.Cast<byte, long>(bytes), entry.Shape),
            "I32" => TorchExtra.FromSpan(MemoryMarshal.Cast<byte, int>(bytes), entry.Shape),
            var other => throw new InvalidDataException($"State '{name}' has type {other}, which no state has."),
        };
    }
}
