using System.Text.Json;

namespace Kindred.Actors.Protocol.Store;

/// <summary>The small JSON files of a run directory.</summary>
internal static class StoreJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new ExceptionConverter() },
    };

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Null where there is no such file.</summary>
    /// <param name="mend">What to do about a damaged one.</param>
    /// <exception cref="RunStoreException">The file isn't what it should be.</exception>
    public static T? Read<T>(IFiles files, string path, string mend = "put back a copy of it")
        where T : class
    {
        if (files.ReadAll(path) is not { } bytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new JsonException("it says null");
        }
        catch (JsonException e)
        {
            throw new RunStoreException($"{path} is damaged{LineOf(e)}: {mend}.", e);
        }
    }

    public static byte[]? ReadAll(this IFiles files, string path)
    {
        using var stream = files.OpenRead(path);
        if (stream is null)
            return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string LineOf(JsonException wrong) => wrong.LineNumber is { } before ? $" (line {before + 1})" : "";
}
