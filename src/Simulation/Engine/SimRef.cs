using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>
/// An address in the whole simulated cluster: every node may hold it, and who sends decides whether the network is between. This one
/// alone stands for whatever lives at a path; an actor is a ref of its own.
/// </summary>
internal class SimRef(SimEngine engine, string path) : IActorRef, IEquatable<SimRef>
{
    public SimEngine Engine => engine;

    /// <summary>The path within its own engine.</summary>
    public string LocalPath => path;

    public string Path => engine.Turns.Running is { } here && here != engine ? engine.Prefix + path : path;

    public virtual bool IsActor => false;

    public void Tell(object message, IActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var envelope = new Envelope(message, sender, default);
        if (!engine.Turns.IsHere)
            engine.Turns.Soon(engine, () => Deliver(envelope));
        else if (engine.Turns.Running is { } from && from != engine)
            from.Line!.Send(from, this, envelope);
        else
            Deliver(envelope);
    }

    public Task<T> Ask<T>(object message, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(message);
        var ask = new SimAsk<T>(this, message.GetType().Name);
        ask.Start(timeout);
        Tell(message, ask);
        return ask.Answer;
    }

    /// <summary>Delivers on this node.</summary>
    public virtual void Deliver(in Envelope envelope)
    {
        if (engine.Living(path) is { } actor)
            actor.Deliver(envelope);
        else
            engine.DeadLetter(envelope, this, "no such actor");
    }

    /// <summary>Delivers a signal on this node, ahead of all messages.</summary>
    public virtual void Signal(object signal)
    {
        if (engine.Living(path) is { } actor)
            actor.Signal(signal);
        else if (signal is Watch(var watcher, var watched))
            watcher.Signal(from: engine, new Terminated(watched));
    }

    /// <summary>Delivers a signal from another node or this one.</summary>
    public void Signal(SimEngine from, object signal)
    {
        if (from == engine)
            Signal(signal);
        else
            from.Line!.Signal(from, this, signal);
    }

    public bool Equals(SimRef? other) =>
        ReferenceEquals(this, other) || (other is not null && !IsActor && !other.IsActor && engine == other.Engine && path == other.LocalPath);

    public override bool Equals(object? obj) => Equals(obj as SimRef);

    public override int GetHashCode() => path.Length;

    public override string ToString() => engine.Prefix + path;
}

/// <summary>What carries messages from one node to another.</summary>
internal interface ILine
{
    void Send(SimEngine from, SimRef to, in Envelope envelope);

    /// <summary>Signals of watching; they are repeated until they are there, or the node is removed.</summary>
    void Signal(SimEngine from, SimRef to, object signal);
}

/// <summary>The watcher knows the actor as <paramref name="Watched"/>.</summary>
internal sealed record Watch(SimRef Watcher, SimRef Watched);

internal sealed record Unwatch(Watch Watch);
