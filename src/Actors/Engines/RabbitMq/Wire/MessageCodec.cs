using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Engines.RabbitMq.Wire;

/// <summary>
/// Messages as JSON. Refs become addresses, bundles their number in the envelope's list, an abstract record is told apart by the
/// name of its nested case, exceptions keep their kind where it matters (<see cref="ExceptionConverter"/>).
/// </summary>
internal sealed class MessageCodec
{
    private readonly MessageTypes types;
    private readonly JsonSerializerOptions options;

    public MessageCodec(MessageTypes types, Func<IActorRef, RemoteAddress> write, Func<RemoteAddress, IActorRef> read)
    {
        this.types = types;
        options = new JsonSerializerOptions
        {
            IgnoreReadOnlyProperties = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { TellCasesApart } },
            Converters = { new RefConverter(write, read), new BundleConverter(), new ExceptionConverter() },
        };
    }

    /// <summary>The name of a type that may travel.</summary>
    public string? NameOf(object message) => types.NameOf(message);

    /// <param name="bundles">The message's, in the order of the numbers that stand for them.</param>
    public byte[] Write(object message, out IReadOnlyList<TensorBundle> bundles)
    {
        var outer = BundleConverter.Current;
        var found = BundleConverter.Current = [];
        try
        {
            bundles = found;
            return JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), options);
        }
        finally
        {
            BundleConverter.Current = outer;
        }
    }

    /// <exception cref="WireException">The type is unknown here, or the body isn't one of that type.</exception>
    public object Read(string name, ReadOnlySpan<byte> body, IReadOnlyList<TensorBundle> bundles)
    {
        var type = types.Find(name) ?? throw new WireException($"a message of the unknown type {name}: do all nodes run the same version?");
        var outer = BundleConverter.Current;
        BundleConverter.Current = [.. bundles];
        try
        {
            return WireException.Guard(body, type, options, $"a {name}");
        }
        finally
        {
            BundleConverter.Current = outer;
        }
    }

    private static void TellCasesApart(JsonTypeInfo info)
    {
        if (!info.Type.IsAbstract || info.Kind != JsonTypeInfoKind.Object)
            return;
        var cases = info.Type.GetNestedTypes().Where(info.Type.IsAssignableFrom).Select(type => new JsonDerivedType(type, type.Name));
        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "case" };
        foreach (var one in cases)
            info.PolymorphismOptions.DerivedTypes.Add(one);
    }
}
