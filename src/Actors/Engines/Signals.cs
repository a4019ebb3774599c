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

internal sealed record Watch(ActorRef Watcher);

internal sealed record Unwatch(ActorRef Watcher);

internal sealed record ChildEnded(LocalActor Child);

internal sealed record ChildEscalated(LocalActor Child, Exception Failure);

internal sealed record ExecutorEnded(LocalContext Owner);

/// <summary>Work is done; <paramref name="Outcome"/> makes the message of it, on the actor's own turn.</summary>
internal sealed record Completion(LocalContext Owner, Func<object> Outcome, ActivityContext Trace);
