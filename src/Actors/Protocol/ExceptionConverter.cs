using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data;

namespace Kindred.Actors.Protocol;

/// <summary>Kinds that decide how a run ends are read as they were; every other one as a <see cref="RemoteException"/>.</summary>
internal sealed class ExceptionConverter : JsonConverter<Exception>
{
    private static readonly Dictionary<string, Func<string, Exception>> Kinds = new(StringComparer.Ordinal)
    {
        [nameof(DataException)] = message => new DataException(message),
        [nameof(RunStoreException)] = message => new RunStoreException(message),
        [nameof(SupersededException)] = message => new SupersededException(message),
        [nameof(DivergedException)] = message => new DivergedException(message),
        [nameof(InvalidDataException)] = message => new InvalidDataException(message),
    };

    public override bool CanConvert(Type typeToConvert) => typeof(Exception).IsAssignableFrom(typeToConvert);

    public override Exception Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (kind, message) = JsonSerializer.Deserialize<Written>(ref reader, options) ?? throw new JsonException("an exception that is null");
        return Kinds.TryGetValue(kind, out var make) ? make(message) : new RemoteException(kind, message);
    }

    public override void Write(Utf8JsonWriter writer, Exception value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Written((value as RemoteException)?.Kind ?? value.GetType().Name, value.Message), options);

    private sealed record Written(string Kind, string Message);
}

/// <summary>A failure of another process, of a kind that matters to nobody here.</summary>
/// <param name="kind">The name of its type.</param>
public sealed class RemoteException(string kind, string message) : Exception(message)
{
    public string Kind { get; } = kind;
}
