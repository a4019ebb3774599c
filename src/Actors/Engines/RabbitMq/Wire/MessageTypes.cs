using System.Collections.Frozen;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Engines.RabbitMq.Wire;

/// <summary>
/// What may travel between nodes: every record of the protocol's namespace, a few plain values, and what the options add. Nothing else
/// is ever made from bytes.
/// </summary>
internal sealed class MessageTypes
{
    private static readonly Type[] Plain = [typeof(string), typeof(int), typeof(long), typeof(double), typeof(bool), typeof(PullFailed)];

    private readonly FrozenDictionary<string, Type> byName;
    private readonly FrozenDictionary<Type, string> byType;

    public MessageTypes(IEnumerable<Type> more)
    {
        byName = Plain.Concat(OfProtocol()).Concat(more).ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        byType = byName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    }

    public static IEnumerable<Type> OfProtocol() => typeof(ShardLease).Assembly.GetTypes().Where(type =>
        type.Namespace == typeof(ShardLease).Namespace && !type.IsNested && type.IsSealed && IsRecord(type));

    public string? NameOf(object message) => byType.GetValueOrDefault(message.GetType());

    public Type? Find(string name) => byName.GetValueOrDefault(name);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
