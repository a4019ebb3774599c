using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines;

/// <summary>All actors of one node: on this process's threads, unless a simulation gives them their turns.</summary>
public sealed class LocalEngine : IActorEngine
{
    private readonly ConcurrentDictionary<string, LocalActor> actors = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeadLetterOffice deadLetters;
    private readonly Lock gate = new();
    private Exception? failure;
    private bool stopping;
    private int roots;
    private long incarnations;

    public LocalEngine(EngineOptions options)
        : this(options, engine => new LocalCluster(engine), OwnTurns.Instance)
    {
    }

    /// <summary>Runs the actors of one node of a cluster.</summary>
    internal LocalEngine(EngineOptions options, Func<LocalEngine, ICluster> cluster, ITurns turns)
    {
        Turns = turns;
        Options = options;
        Log = options.Logs.CreateLogger<LocalEngine>();
        deadLetters = new DeadLetterOffice(options.Clock, Log);
        Cluster = cluster(this);
        if (turns is PoolTurns or OwnTurns) // this process's telemetry knows nothing of a simulated node
            ActorTelemetry.AddMailboxes(ObserveMailboxes);
    }

    public EngineOptions Options { get; }

    public ICluster Cluster { get; }

    public long DeadLetters => deadLetters.Count;

    public Task Terminated => terminated.Task;

    internal ILogger Log { get; }

    internal ITurns Turns { get; }

    /// <summary>The living, in the order in which they were spawned.</summary>
    internal IEnumerable<LocalActor> Actors => actors.Values.OrderBy(actor => actor.Incarnation);

    public void OnDeadLetter(Action<DeadLetter> handler) => deadLetters.Subscribe(handler);

    public IActorRef? Find(string path) => Living(path);

    public IActorRef Spawn(Props props, string name)
    {
        lock (gate)
        {
            if (stopping)
                throw new InvalidOperationException($"Actor /{name} can't start: the engine is stopping.");
            var actor = Create(null, props, name, Options.Supervision);
            roots++;
            return actor;
        }
    }

    public async Task StopAsync()
    {
        lock (gate)
        {
            stopping = true;
            if (roots == 0)
                End();
        }

        foreach (var actor in Actors.Where(actor => actor.Parent is null))
            actor.Signal(Stop.Signal);

        await Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    internal LocalActor? Living(string path) => actors.GetValueOrDefault(path);

    internal long NextIncarnation() => Interlocked.Increment(ref incarnations);

    internal void DeadLetter(in Envelope envelope, ActorRef receiver, string reason) => deadLetters.Take(envelope, receiver, reason);

    internal LocalActor Create(LocalActor? parent, Props props, string name, SupervisorStrategy supervisor)
    {
        if (name.Length == 0 || name.Contains('/'))
            throw new ArgumentException($"An actor's name is not empty and has no slash: '{name}'.", nameof(name));
        var path = $"{parent?.Path}/{name}";
        var actor = new LocalActor(this, parent, props, path, supervisor);
        if (!actors.TryAdd(path, actor))
            throw new InvalidOperationException($"Actor {path} exists already; choose another name or stop it first.");
        actor.Signal(Start.Signal);
        return actor;
    }

    /// <summary>An actor has stopped: its name is free.</summary>
    internal void Forget(LocalActor actor)
    {
        actors.TryRemove(actor.Path, out _);
        if (actor.Parent is not null)
            return;
        lock (gate)
        {
            if (--roots == 0 && stopping)
                End();
        }
    }

    /// <summary>An actor at the root escalated, or the cluster has removed this node.</summary>
    internal void Fail(Exception escalated)
    {
        Interlocked.CompareExchange(ref failure, escalated, null);
        _ = StopAsync();
    }

    private void End()
    {
        ActorTelemetry.RemoveMailboxes(ObserveMailboxes);
        if (failure is null)
            terminated.TrySetResult();
        else
            terminated.TrySetException(failure);
    }

    private IEnumerable<Measurement<int>> ObserveMailboxes() =>
        Actors.Select(actor => new Measurement<int>(actor.Depth, ActorTelemetry.Tag(actor.Path)));
}
