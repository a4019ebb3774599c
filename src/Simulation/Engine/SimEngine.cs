using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Simulation.Engine;

/// <summary>
/// One node's actors, all on the thread of the <see cref="ITurns"/>. What the actors see is what every engine promises; when things
/// happen is up to the turns.
/// </summary>
internal sealed class SimEngine : IActorEngine
{
    private readonly Dictionary<string, SimActor> actors = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<DeadLetter>? deadLetterHandlers;
    private Exception? failure;
    private bool stopping;
    private int roots;
    private long incarnations, deadLetters;

    public SimEngine(EngineOptions options, ITurns turns, Func<SimEngine, ICluster> cluster, ILine? line = null)
    {
        (Options, Turns, Line) = (options, turns, line);
        Prefix = $"{options.Node.Name}#{options.Node.Incarnation}";
        Cluster = cluster(this);
    }

    public EngineOptions Options { get; }

    public ITurns Turns { get; }

    public ILine? Line { get; }

    public string Prefix { get; }

    public ICluster Cluster { get; }

    public long DeadLetters => Interlocked.Read(ref deadLetters);

    public Task Terminated => terminated.Task;

    /// <summary>Killed, or ended: it gets no turn any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>As SIGSTOP does: its turns wait in <see cref="Deferred"/>.</summary>
    public bool IsPaused { get; set; }

    public List<Action> Deferred { get; } = [];

    /// <summary>The actor whose turn it is.</summary>
    public SimActor? Current { get; set; }

    public IEnumerable<SimActor> Actors => actors.Values;

    /// <summary>The actor that had the last turn.</summary>
    public SimActor? Last { get; set; }

    /// <summary>The most messages that have waited for one actor.</summary>
    public int Deepest { get; set; }

    public void OnDeadLetter(Action<DeadLetter> handler) => deadLetterHandlers += handler;

    public IActorRef? Find(string path) => Turns.Invoke(() => Living(path));

    public IActorRef Spawn(Props props, string name) => Turns.Invoke(() =>
    {
        if (stopping)
            throw new InvalidOperationException($"Actor /{name} can't start: the engine is stopping.");
        var actor = Create(null, props, name, Options.Supervision);
        roots++;
        return actor;
    });

    public async Task StopAsync()
    {
        Turns.Invoke(() =>
        {
            Stop();
            return true;
        });
        await Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Is told of everything that an actor throws.</summary>
    public Action<SimActor, Exception>? OnFailure { get; init; }

    public void Report(SimActor actor, Exception failure) => OnFailure?.Invoke(actor, failure);

    /// <summary>As kill -9: nothing of it happens any more.</summary>
    public void Kill() => IsDead = true;

    public SimActor? Living(string path) => actors.GetValueOrDefault(path);

    public long NextIncarnation() => Interlocked.Increment(ref incarnations);

    public void DeadLetter(in Envelope envelope, SimRef receiver, string reason)
    {
        Interlocked.Increment(ref deadLetters);
        (envelope.Sender as ISimAsk)?.Undelivered(reason);
        deadLetterHandlers?.Invoke(new DeadLetter(envelope.Message, envelope.Sender, receiver, reason));
        (envelope.Message as ICarriesBundles)?.Release();
    }

    public SimActor Create(SimActor? parent, Props props, string name, SupervisorStrategy strategy)
    {
        if (name.Length == 0 || name.Contains('/'))
            throw new ArgumentException($"An actor's name is not empty and has no slash: '{name}'.", nameof(name));
        var actor = new SimActor(this, parent, props, $"{parent?.LocalPath}/{name}", strategy);
        if (!actors.TryAdd(actor.LocalPath, actor))
            throw new InvalidOperationException($"Actor {actor.LocalPath} exists already; choose another name or stop it first.");
        actor.Signal(StartActor.Signal);
        return actor;
    }

    /// <summary>An actor has stopped: its name is free.</summary>
    public void Forget(SimActor actor)
    {
        actors.Remove(actor.LocalPath);
        if (actor.Parent is null && --roots == 0 && stopping)
            End();
    }

    /// <summary>An actor at the root escalated.</summary>
    public void Fail(Exception escalated)
    {
        failure ??= escalated;
        Stop();
    }

    private void Stop()
    {
        stopping = true;
        if (roots == 0)
            End();
        foreach (var actor in actors.Values.Where(a => a.Parent is null).ToArray())
            actor.Signal(StopActor.Signal);
    }

    private void End()
    {
        if (failure is null)
            terminated.TrySetResult();
        else
            terminated.TrySetException(failure);
    }
}
