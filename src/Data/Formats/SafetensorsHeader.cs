using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kindred.Data.Formats;

/// <summary>
/// The JSON header of a safetensors file, its tensors in the order of their bytes. It may come from anyone, so everything in it is
/// checked before it is used.
/// </summary>
public sealed record SafetensorsHeader(IReadOnlyList<SafetensorsHeader.Entry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataKey = "__metadata__";
    private const int Alignment = 64;

    /// <summary>Where a tensor lies, in bytes from the end of the header.</summary>
    public sealed record Entry(string Name, string Dtype, long[] Shape, long Begin, long End)
    {
        public long Length => End - Begin;
    }

    internal static int? ElementSize(string dtype) => SafetensorsFile.Dtypes.TryGetValue(dtype, out var size) ? size : null;

    /// <summary>The header's bytes, padded with spaces so that the data begins at a multiple of 64.</summary>
    internal static byte[] Format(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
            long begin = 0;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                    throw new ArgumentException($"Two tensors are named '{tensor.Name}'.", nameof(tensors));
                if (ByteLength(tensor.Dtype, tensor.Shape) != tensor.Data.Length)
                    throw new ArgumentException(
                        $"{Describe(tensor.Name, tensor.Dtype, tensor.Shape)} can't have {tensor.Data.Length} bytes.", nameof(tensors));
                WriteEntry(json, tensor, begin, begin += tensor.Data.Length);
            }

            json.WriteEndObject();
        }

        while ((8 + buffer.Length) % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    /// <summary>The header's length, from the file's first eight bytes and its length.</summary>
    /// <exception cref="InvalidDataException">No such file can be.</exception>
    public static int LengthOf(ReadOnlySpan<byte> prefix, long fileLength)
    {
        if (fileLength < 8)
            throw new InvalidDataException($"Not a safetensors file: it has {fileLength} bytes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsFile.MaxHeader || (long)length > fileLength - 8)
            throw new InvalidDataException($"Not a safetensors file, or cut short: a header of {length} bytes in a file of {fileLength}.");
        return (int)length;
    }

    /// <summary>Parses the header of a file with <paramref name="dataLength"/> bytes of tensors.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or doesn't describe so many bytes; says why.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> text, long dataLength)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = new List<Entry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw new InvalidDataException($"The name '{property.Name}' comes twice in the safetensors header.");
                if (property.Name != MetadataKey)
                    tensors.Add(ParseEntry(property.Name, property.Value));
                else
                    foreach (var pair in property.Value.EnumerateObject())
                        metadata[pair.Name] = pair.Value.GetString() ?? "";
            }

            tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            CheckLayout(tensors, dataLength);
            return new SafetensorsHeader(tensors, metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The safetensors header is damaged: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, SafeTensor tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Dtype);
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Entry ParseEntry(string name, JsonElement json)
    {
        var dtype = json.GetProperty("dtype").GetString() ?? "";
        var shape = json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = json.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (ByteLength(dtype, shape) is not { } length)
            throw new InvalidDataException($"{Describe(name, dtype, shape)} can't be.");
        if (offsets is not [var begin and >= 0, var end] || end < begin || end - begin != length)
            throw new InvalidDataException(
                $"{Describe(name, dtype, shape)} needs {length} bytes, not those from {string.Join(" to ", offsets)}.");
        return new Entry(name, dtype, shape, begin, end);
    }

    private static void CheckLayout(List<Entry> tensors, long dataLength)
    {
        long end = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != end)
                throw new InvalidDataException($"Tensor '{tensor.Name}' begins at byte {tensor.Begin}, the one before ends at {end}.");
            end = tensor.End;
        }

        if (end != dataLength)
            throw new InvalidDataException($"The tensors need {end} bytes, but {dataLength} follow the safetensors header (cut short?).");
    }

    private static string Describe(string name, string dtype, long[] shape) => $"Tensor '{name}' {dtype} [{string.Join(", ", shape)}]";

    // Null: an unknown dtype, a negative size, or more than fits 63 bits.
    private static long? ByteLength(string dtype, long[] shape)
    {
        if (ElementSize(dtype) is not { } size || shape.Any(s => s < 0))
            return null;
        var length = shape.Aggregate((UInt128)size, (product, s) => product > long.MaxValue ? product : product * (ulong)s);
        return length <= long.MaxValue ? (long)length : null;
    }
}
