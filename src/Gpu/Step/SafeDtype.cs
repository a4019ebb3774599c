using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>Torch's element types by their names in safetensors files.</summary>
public static class SafeDtype
{
    private static readonly (string Name, ScalarType Type)[] All =
    [
        ("F32", ScalarType.Float32), ("I64", ScalarType.Int64), ("I32", ScalarType.Int32), ("BF16", ScalarType.BFloat16),
        ("F16", ScalarType.Float16), ("F64", ScalarType.Float64), ("I16", ScalarType.Int16), ("I8", ScalarType.Int8),
        ("U8", ScalarType.Byte), ("BOOL", ScalarType.Bool),
    ];

    /// <exception cref="NotSupportedException">Safetensors has no such type.</exception>
    public static string Name(ScalarType type) =>
        Array.Find(All, a => a.Type == type).Name ?? throw new NotSupportedException($"A bundle holds no tensors of {type}.");

    /// <exception cref="InvalidDataException">Torch has no such type.</exception>
    public static ScalarType Type(string name) => Array.Find(All, a => a.Name == name) is { Name: not null } found
        ? found.Type
        : throw new InvalidDataException($"No tensor has elements of type '{name}'.");
}
