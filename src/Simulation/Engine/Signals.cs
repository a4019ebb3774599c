namespace Kindred.Simulation.Engine;

// What an actor's system queue carries, besides Terminated, watches and timers: never dropped, never behind a message.
internal sealed record StartActor
{
    public static readonly StartActor Signal = new();
}

internal sealed record StopActor
{
    public static readonly StopActor Signal = new();
}

internal sealed record ChildEnded(SimActor Child);

internal sealed record ChildEscalated(SimActor Child, Exception Failure);

internal sealed record ExecutorEnded
{
    public static readonly ExecutorEnded Signal = new();
}

/// <summary>Work is done; <paramref name="Outcome"/> makes the message of it, on the actor's own turn.</summary>
internal sealed record Completion(Func<object> Outcome);
