using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>All actors in this process, on the thread pool.</summary>
public sealed class LocalEngine(EngineOptions options) : IActorEngine
{
    public EngineOptions Options { get; } = options;

    public ICluster Cluster => throw new NotSupportedException();

    public long DeadLetters => 0;

    public void OnDeadLetter(Action<DeadLetter> handler) => throw new NotSupportedException();

    public Task Terminated => Task.CompletedTask;

    public IActorRef Spawn(Props props, string name) => throw new NotSupportedException();

    public IActorRef? Find(string path) => null;

    public Task StopAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
