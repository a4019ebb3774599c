using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>What the refs of an engine share. This one alone stands for an actor that doesn't exist.</summary>
internal class ActorRef(LocalEngine engine, string path, long incarnation) : IActorRef, IEquatable<ActorRef>
{
    public string Path { get; } = path;

    protected LocalEngine Engine { get; } = engine;

    internal long Incarnation { get; } = incarnation;

    /// <summary>Where the actor lives, if not on this node.</summary>
    internal virtual Node? Home => null;

    public void Tell(object message, IActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        Deliver(new Envelope(message, sender, ActorTelemetry.Current));
    }

    public Task<T> Ask<T>(object message, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(message);
        var ask = new AskRef<T>(Engine, this, message.GetType().Name);
        ask.Start(timeout);
        Tell(message, ask);
        return ask.Answer;
    }

    internal virtual void Deliver(in Envelope envelope) => Engine.DeadLetter(envelope, this, "no such actor");

    /// <summary>Delivers a signal (see Signals.cs), ahead of all messages. Something without a life ends at once for who watches it.</summary>
    internal virtual void Signal(object signal)
    {
        if (signal is Watch watch)
            watch.Watcher.Signal(new Terminated(watch.Watched));
    }

    public bool Equals(ActorRef? other) =>
        other is not null && Incarnation == other.Incarnation && Path == other.Path && Equals(Home, other.Home);

    public override bool Equals(object? obj) => Equals(obj as ActorRef);

    public override int GetHashCode() => Incarnation.GetHashCode();

    public override string ToString() => Path;
}
