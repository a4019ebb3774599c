using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
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
