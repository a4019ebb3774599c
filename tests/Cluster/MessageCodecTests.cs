using System.Collections;
using System.Reflection;
using Kindred.Actors.Engines.RabbitMq.Wire;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Cluster;

/// <summary>Every message record of the protocol survives the wire. Values are made by reflection: a new record is tested by being there.</summary>
public sealed class MessageCodecTests
{
    private readonly MessageCodec codec = new(
        new MessageTypes([]), actor => new RemoteAddress("n", 3, actor.Path, 4), address => new NamedRef(address.Path));

    private int drawn;

    public static TheoryData<Type> Messages() => [.. MessageTypes.OfProtocol()];

    [Fact]
    public void The_protocol_has_its_messages() => Assert.Contains(typeof(ShardLease), MessageTypes.OfProtocol());

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_back_as_it_was(Type type)
    {
        foreach (var message in Values(type).Take(8))
        {
            var name = Assert.IsType<string>(codec.NameOf(message));
            var body = codec.Write(message, out var bundles);
            var back = codec.Read(name, body, bundles);
            AssertSame(message, back, type.Name);
            if (message is ICarriesBundles carrier)
                Assert.Equal(carrier.Bundles, bundles.Where(carrier.Bundles.Contains));
            Assert.Equal(body, codec.Write(back, out _));
        }
    }

    [Theory]
    [InlineData(typeof(DataException), false)]
    [InlineData(typeof(RunStoreException), false)]
    [InlineData(typeof(DivergedException), false)]
    [InlineData(typeof(InvalidDataException), false)]
    [InlineData(typeof(FormatException), true)]
    public void Exceptions_keep_their_kind_where_it_decides_how_the_run_ends(Type kind, bool general)
    {
        var failure = (Exception)Activator.CreateInstance(kind, [.. (object?[])["what happened", .. kind.GetConstructors().Any(c => c.GetParameters() is [var m] && m.ParameterType == typeof(string)) ? [] : new object?[] { null }]])!;
        var back = (Failed)codec.Read(nameof(Failed), codec.Write(new Failed(failure), out _), []);
        Assert.Equal("what happened", back.Reason.Message);
        Assert.Equal(general ? typeof(RemoteException) : kind, back.Reason.GetType());
        if (back.Reason is RemoteException remote)
            Assert.Equal(nameof(FormatException), remote.Kind);
    }

    [Fact]
    public void Numbers_that_are_none_survive()
    {
        var delta = new KeeperDelta(1, 2, double.NaN, null, []);
        var back = (KeeperDelta)codec.Read(nameof(KeeperDelta), codec.Write(delta, out _), []);
        Assert.True(double.IsNaN(back.Loss));
    }

    [Theory]
    [InlineData("Uri", "\"x\"", "unknown type Uri")]
    [InlineData("ViewRequest", "{", "can't be read")]
    [InlineData("ViewRequest", "null", "null")]
    [InlineData("Views", "{\"Step\":1,\"Shard\":2,\"Bundle\":7}", "bundle 7 of 0")]
    [InlineData("Views", "{\"Step\":1,\"Shard\":2,\"Bundle\":\"x\"}", "can't be read")]
    public void What_can_t_be_read_is_refused_with_a_line_that_says_why(string name, string body, string why)
    {
        var refused = Assert.Throws<WireException>(() => codec.Read(name, System.Text.Encoding.UTF8.GetBytes(body), []));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Frames_of_another_version_and_damaged_ones_are_refused()
    {
        var header = new WireHeader(RemoteKind.Message, "string", new RemoteAddress("a", 1, "/x", 0), null, Trace: "t");
        var frame = header.Frame([1, 2, 3]);
        Assert.Equal(header, WireHeader.Parse(frame, out var body));
        Assert.Equal([1, 2, 3], body.ToArray());
        for (var length = 0; length < frame.Length - 3; length++)
            Assert.Throws<WireException>(() => WireHeader.Parse(frame.AsSpan(0, length), out _));
        frame[0]++;
        Assert.Contains("version 2; this node speaks 1", Assert.Throws<WireException>(() => WireHeader.Parse(frame, out _)).Message, StringComparison.Ordinal);
    }

    /// <summary>Some values of a type: of an abstract record one of each case, of what may be null also null.</summary>
    private IEnumerable<object> Values(Type type)
    {
        var cases = type.IsAbstract ? type.GetNestedTypes().Where(type.IsAssignableFrom).ToList() : [type];
        foreach (var one in cases)
        {
            var constructor = one.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
            var arguments = constructor.GetParameters().Select(p => Arguments(p).ToList()).ToList();
            for (var i = 0; i < arguments.Select(values => values.Count).Append(1).Max(); i++)
                yield return constructor.Invoke([.. arguments.Select(values => values[i % values.Count])]);
        }
    }

    private IEnumerable<object?> Arguments(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        foreach (var value in Plain(Nullable.GetUnderlyingType(type) ?? type))
            yield return value;
        var nullable = Nullable.GetUnderlyingType(type) is not null
            || new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
        if (nullable)
            yield return null;
    }

    private IEnumerable<object> Plain(Type type)
    {
        var number = ++drawn;
        return type == typeof(int) ? [number]
            : type == typeof(long) ? [long.MaxValue - number]
            : type == typeof(ulong) ? [ulong.MaxValue - (ulong)number]
            : type == typeof(double) ? [1.0 / (number + 2)]
            : type == typeof(bool) ? [true, false]
            : type == typeof(string) ? [$"text {number} \"ä\n"]
            : type == typeof(TimeSpan) ? [TimeSpan.FromTicks(number)]
            : type.IsEnum ? Enum.GetValues(type).Cast<object>()
            : type == typeof(IActorRef) ? [new NamedRef($"/actor{number}")]
            : type == typeof(TensorBundle) ? [new TextBundle($"{number}")]
            : type == typeof(Exception) ? [new RunStoreException($"failure {number}"), new RemoteException("Odd", $"failure {number}")]
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? Lists(type.GetGenericArguments()[0])
            : Values(type);
    }

    private IEnumerable<object> Lists(Type element)
    {
        var items = Plain(element).ToList();
        var list = Array.CreateInstance(element, items.Count);
        for (var i = 0; i < items.Count; i++)
            list.SetValue(items[i], i);
        return [list, Array.CreateInstance(element, 0)];
    }

    private static void AssertSame(object? expected, object? actual, string where)
    {
        if (expected is Exception failure)
            Assert.Equal((failure.GetType(), failure.Message), (actual!.GetType(), ((Exception)actual).Message));
        else if (expected is IEnumerable list and not string)
        {
            var (a, b) = (list.Cast<object?>().ToList(), ((IEnumerable)actual!).Cast<object?>().ToList());
            Assert.Equal(a.Count, b.Count);
            foreach (var (x, y) in a.Zip(b))
                AssertSame(x, y, where);
        }
        else if (expected?.GetType().Assembly == typeof(ShardLease).Assembly && expected.GetType().GetMethod("<Clone>$") is not null)
        {
            Assert.Equal(expected.GetType(), actual!.GetType());
            foreach (var property in expected.GetType().GetProperties())
                AssertSame(property.GetValue(expected), property.GetValue(actual), $"{where}.{property.Name}");
        }
        else
            Assert.True(Equals(expected, actual), $"{where}: {expected} came back as {actual}");
    }

    private sealed record NamedRef(string Path) : IActorRef
    {
        public void Tell(object message, IActorRef? sender = null) => throw new NotSupportedException();

        public Task<T> Ask<T>(object message, TimeSpan timeout) => throw new NotSupportedException();
    }
}
