namespace Kindred.Data.Formats;

/// <summary>
/// The safetensors format (github.com/huggingface/safetensors, "Format"): 8 bytes of header length N, little-endian, N bytes of
/// JSON, then the tensors' bytes one after the other, without holes. One format serves wire, checkpoint and export.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>The reference implementation's limit of the header, in bytes.</summary>
    public const int MaxHeader = 100_000_000;

    /// <summary>Bytes per element.</summary>
    public static readonly IReadOnlyDictionary<string, int> Dtypes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["F64"] = 8, ["I64"] = 8, ["U64"] = 8, ["F32"] = 4, ["I32"] = 4, ["U32"] = 4, ["F16"] = 2, ["BF16"] = 2, ["I16"] = 2,
        ["U16"] = 2, ["F8_E4M3"] = 1, ["F8_E5M2"] = 1, ["I8"] = 1, ["U8"] = 1, ["BOOL"] = 1,
    };

    private readonly Dictionary<string, SafeTensor> byName;

    private SafetensorsFile(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        (Tensors, Metadata) = (tensors, metadata);
        byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>In file order.</summary>
    public IReadOnlyList<SafeTensor> Tensors { get; }

    /// <summary>Free text pairs of the writer; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public SafeTensor this[string name] =>
        byName.TryGetValue(name, out var tensor) ? tensor : throw new InvalidDataException($"The file has no tensor '{name}'.");

    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>
    /// Writes the tensors, by falling element size and then by name, whatever order they come in: the bytes are a pure function
    /// of the contents. The first tensor begins at a multiple of 64 bytes.
    /// </summary>
    /// <exception cref="ArgumentException">A name comes twice, a dtype is unknown, or data and shape differ in length.</exception>
    public static void Write(Stream stream, IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var frame = SafetensorsFrame.Of(tensors, metadata);
        stream.Write(frame.Head.Span);
        foreach (var tensor in frame.Tensors)
            stream.Write(tensor.Data.Span);
    }

    /// <summary>Reads a file that lies in memory; the tensors are slices of it, not copies.</summary>
    /// <exception cref="InvalidDataException">It isn't a valid safetensors file; says why.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> file)
    {
        var length = SafetensorsHeader.LengthOf(file.Span, file.Length);
        var header = SafetensorsHeader.Parse(file.Slice(8, length), file.Length - 8 - length);
        return new SafetensorsFile(
            [.. header.Tensors.Select(t => new SafeTensor(t.Name, t.Dtype, t.Shape, file.Slice(8 + length + (int)t.Begin, (int)t.Length)))],
            header.Metadata);
    }

    /// <summary>Reads from the current position of a seekable stream to its end; each tensor gets an array of its own.</summary>
    /// <exception cref="InvalidDataException">It isn't a valid safetensors file, or a tensor has 2 GiB or more; says why.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        var total = stream.Length - stream.Position;
        var prefix = new byte[8];
        stream.ReadExactly(prefix.AsSpan(0, (int)Math.Min(8, total)));
        var length = SafetensorsHeader.LengthOf(prefix, total);
        var text = new byte[length];
        stream.ReadExactly(text);
        var header = SafetensorsHeader.Parse(text, total - 8 - length);
        var tensors = new List<SafeTensor>();
        foreach (var entry in header.Tensors)
        {
            if (entry.Length > Array.MaxLength)
                throw new InvalidDataException($"Tensor '{entry.Name}' has {entry.Length} bytes; at most {Array.MaxLength} can be read.");
            var data = GC.AllocateUninitializedArray<byte>((int)entry.Length);
            stream.ReadExactly(data);
            tensors.Add(new SafeTensor(entry.Name, entry.Dtype, entry.Shape, data));
        }

        return new SafetensorsFile(tensors, header.Metadata);
    }
}
