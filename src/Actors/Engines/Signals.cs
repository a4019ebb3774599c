using System.Diagnostics;

namespace Kindred.Actors.Engines;

// What an actor's system queue carries, besides Terminated and ActorTimer: never dropped, never behind a message.
internal sealed record Start
{
    internal static readonly Start Signal = new();
}

internal sealed record Stop
{
    internal static readonly Stop Signal = new();
}

/// <summary>The watcher knows the actor as <paramref name="Watched"/>, which may be a ref to its path.</summary>
internal sealed record Watch(ActorRef Watcher, ActorRef Watched);

internal sealed record Unwatch(Watch Watch);

internal sealed record ChildEnded(LocalActor Child);

internal sealed record ChildEscalated(LocalActor Child, Exception Failure);

internal sealed record ExecutorEnded
{
    internal static readonly ExecutorEnded Signal = new();
}

/// <summary>
/// Work is done; <paramref name="Outcome"/> makes the message of it, on the actor's own turn. A restart waits for the executors,
/// so an earlier instance's completions arrive, and are dropped, before the next one starts.
/// </summary>
internal sealed record Completion(Func<object> Outcome, ActivityContext Trace);
