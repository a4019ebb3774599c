using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kindred.Actors.Messaging;

/// <summary>Runs actors. Safe to use from all threads.</summary>
public interface IActorEngine : IAsyncDisposable
{
    /// <summary>Starts an actor at the root.</summary>
    /// <exception cref="InvalidOperationException">A living actor has that name, or the engine is stopping.</exception>
    IActorRef Spawn(Props props, string name);

    /// <summary>The living actor at a path, as in <c>/coordinator</c>.</summary>
    IActorRef? Find(string path);

    ICluster Cluster { get; }

    /// <summary>Messages that were not delivered, so far.</summary>
    long DeadLetters { get; }

    /// <summary>Calls the handler for each one from now on, on the thread that found it; it is quick and doesn't throw.</summary>
    void OnDeadLetter(Action<DeadLetter> handler);

    /// <summary>Stops all actors and waits for <see cref="Terminated"/>.</summary>
    Task StopAsync();

    /// <summary>
    /// Ends when all actors and executors have stopped; fails with the exception that a root actor escalated, or with a
    /// <see cref="RemovedException"/>.
    /// </summary>
    Task Terminated { get; }
}

public sealed record EngineOptions
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Of the actors' generators.</summary>
    public long Seed { get; init; }

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    public Node Node { get; init; } = new("local", 1, ["coordinator", "data", "worker", "keeper"]);

    /// <summary>For the actors at the root. An escalation there stops the engine.</summary>
    public SupervisorStrategy Supervision { get; init; } = SupervisorStrategy.Default;
}
