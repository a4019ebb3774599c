using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Kindred.Actors.Messaging;

/// <summary>OpenTelemetry's instruments of all engines in this process. They cost a branch while nobody listens.</summary>
public static class ActorTelemetry
{
    public const string Name = "Kindred.Actors";

    private static readonly Meter Meter = new(Name);

    private static readonly ActivitySource Source = new(Name);

    private static readonly List<Func<IEnumerable<Measurement<int>>>> Mailboxes = [];

    internal static readonly Counter<long> Processed = Meter.CreateCounter<long>("kindred.actors.processed", "{message}");

    internal static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("kindred.actors.dead_letters", "{message}");

    internal static readonly Counter<long> Restarts = Meter.CreateCounter<long>("kindred.actors.restarts", "{restart}");

    internal static readonly Histogram<double> AskLatency = Meter.CreateHistogram<double>("kindred.actors.ask.duration", "s");

    static ActorTelemetry() => Meter.CreateObservableGauge("kindred.actors.mailbox.depth", ObserveMailboxes, "{message}");

    internal static KeyValuePair<string, object?> Tag(string path) => new("actor.path", path);

    /// <summary>The trace context to send along.</summary>
    internal static ActivityContext Current => Source.HasListeners() ? Activity.Current?.Context ?? default : default;

    /// <summary>The span of handling a message; null where it wasn't sent in a trace.</summary>
    internal static Activity? Start(Type message, ActivityContext sentIn, string path) =>
        sentIn == default ? null : Start(message.Name, sentIn, path);

    internal static Activity? Start(string name, ActivityContext parent, string path) =>
        parent == default ? null : Source.StartActivity(ActivityKind.Consumer, parent, [Tag(path)], name: name);

    /// <summary>Begins a trace; disposing ends it.</summary>
    internal static Trace Begin(string name, string key, long value) => new(Source, name, key, value);

    internal static void AddMailboxes(Func<IEnumerable<Measurement<int>>> observe)
    {
        lock (Mailboxes)
            Mailboxes.Add(observe);
    }

    internal static void RemoveMailboxes(Func<IEnumerable<Measurement<int>>> observe)
    {
        lock (Mailboxes)
            Mailboxes.Remove(observe);
    }

    private static List<Measurement<int>> ObserveMailboxes()
    {
        lock (Mailboxes)
            return [.. Mailboxes.SelectMany(observe => observe())];
    }
}
