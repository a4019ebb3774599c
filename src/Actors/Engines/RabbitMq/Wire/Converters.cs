using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Engines.RabbitMq.Wire;

internal sealed class RefConverter(Func<IActorRef, RemoteAddress> write, Func<RemoteAddress, IActorRef> read) : JsonConverter<IActorRef>
{
    public override IActorRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        read(JsonSerializer.Deserialize<RemoteAddress>(ref reader, options) ?? throw new JsonException("a ref without an address"));

    public override void Write(Utf8JsonWriter writer, IActorRef value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, write(value), options);
}

/// <summary>A bundle's number in the list of the message that this thread writes or reads.</summary>
internal sealed class BundleConverter : JsonConverter<TensorBundle>
{
    [ThreadStatic]
    private static List<TensorBundle>? current;

    public static List<TensorBundle>? Current
    {
        get => current;
        set => current = value;
    }

    public override TensorBundle Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var number = reader.GetInt32();
        return number >= 0 && number < current!.Count ? current[number] : throw new JsonException($"bundle {number} of {current!.Count}");
    }

    public override void Write(Utf8JsonWriter writer, TensorBundle value, JsonSerializerOptions options)
    {
        writer.WriteNumberValue(current!.Count);
        current.Add(value);
    }
}

/// <summary>Kinds that decide how a run ends arrive as they were; every other one as a <see cref="RemoteException"/>.</summary>
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

/// <summary>A failure of another node, of a kind that matters to nobody here.</summary>
/// <param name="kind">The name of its type.</param>
public sealed class RemoteException(string kind, string message) : Exception(message)
{
    public string Kind { get; } = kind;
}
