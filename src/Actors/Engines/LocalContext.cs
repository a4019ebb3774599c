using Kindred.Actors.Messaging;
using Kindred.Data.Sampling;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines;

/// <summary>What one instance of an actor has set up. A restart closes it and makes another.</summary>
internal sealed class LocalContext(LocalEngine engine, LocalActor self, long generation) : IActorContext
{
    private readonly Dictionary<string, Executor> executors = [];
    private readonly Lazy<ILogger> log = new(() => engine.Options.Logs.CreateLogger(self.Path));
    private Keyed random = Keyed.For(Draw.Simulation, [engine.Options.Seed, generation, .. self.Path.Select(letter => (long)letter)]);
    private bool closed;

    internal long Generation { get; } = generation;

    internal List<LocalActor> Children { get; } = [];

    internal List<IActorRef> Watched { get; } = [];

    internal ActorTimers Timers { get; } = new(self, engine.Options.Clock);

    internal int LiveExecutors { get; set; }

    internal SupervisorStrategy Supervision { get; set; } = SupervisorStrategy.Default;

    public IActorRef Self => self;

    public IActorRef? Sender { get; internal set; }

    public TimeProvider Clock => engine.Options.Clock;

    public ref Keyed Random => ref random;

    public ICluster Cluster => engine.Cluster;

    public ILogger Log => log.Value;

    public IActorRef Spawn(Props props, string name)
    {
        CheckUse();
        var child = engine.Create(self, props, name, Supervision);
        Children.Add(child);
        return child;
    }

    public void Watch(IActorRef actor)
    {
        CheckUse();
        if (Watched.Contains(actor))
            return;
        Watched.Add(actor);
        Own(actor).Signal(new Watch(self, Own(actor)));
    }

    public void Unwatch(IActorRef actor)
    {
        CheckThread();
        if (Watched.Remove(actor))
            EndWatch(Own(actor));
    }

    public void Stop(IActorRef actor) => Own(actor).Signal(Engines.Stop.Signal);

    public void Schedule(object key, TimeSpan delay, object message)
    {
        CheckUse();
        Timers.Set(key, delay, Timeout.InfiniteTimeSpan, message);
    }

    public void ScheduleRepeated(object key, TimeSpan period, object message)
    {
        CheckUse();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        Timers.Set(key, period, period, message);
    }

    public void Cancel(object key)
    {
        CheckThread();
        Timers.Cancel(key);
    }

    public IExecutor Executor(string name, int threads = 1)
    {
        CheckUse();
        if (!executors.TryGetValue(name, out var executor))
        {
            executors[name] = executor = engine.Turns.MakeExecutor(name, threads, self);
            LiveExecutors++;
        }

        return executor;
    }

    public void Run<T>(IExecutor executor, Func<T> work, Func<T, object> done, Func<Exception, object> failed)
    {
        CheckUse();
        if (!executors.TryGetValue(executor.Name, out var own) || own != executor)
            throw new InvalidOperationException($"{self.Path}: executor {executor.Name} belongs to another actor or an earlier instance.");
        var trace = ActorTelemetry.Current;
        own.Run(() =>
        {
            using var span = ActorTelemetry.Start(executor.Name, trace, self.Path);
            try
            {
                var result = work();
                return new Completion(() => done(result), trace);
            }
            catch (Exception failure)
            {
                return new Completion(() => failed(failure), trace);
            }
        });
    }

    /// <summary>Children and executors end later and say so by a signal.</summary>
    internal void Close()
    {
        if (closed)
            return;
        closed = true;
        Timers.CancelAll();
        foreach (var actor in Watched)
            EndWatch(Own(actor));
        foreach (var child in Children)
            child.Signal(Engines.Stop.Signal);
        foreach (var executor in executors.Values)
            executor.Close();
    }

    private void EndWatch(ActorRef actor) => actor.Signal(new Unwatch(new Watch(self, actor)));

    private void CheckUse()
    {
        CheckThread();
        if (closed)
            throw new InvalidOperationException($"{self.Path} is stopping: it can start nothing more.");
    }

    private void CheckThread()
    {
        if (self.Thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException($"The context of {self.Path} is used outside of the actor; send the actor a message instead.");
    }

    private static ActorRef Own(IActorRef actor) =>
        actor as ActorRef ?? throw new ArgumentException($"{actor.Path} is not an actor of this engine.", nameof(actor));
}
