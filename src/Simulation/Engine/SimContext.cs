using Kindred.Actors.Messaging;
using Kindred.Data.Sampling;
using Microsoft.Extensions.Logging;

namespace Kindred.Simulation.Engine;

/// <summary>What one instance of an actor has set up. A restart closes it and makes another.</summary>
internal sealed class SimContext(SimEngine engine, SimActor self, long generation) : IActorContext
{
    private readonly Dictionary<string, SimExecutor> executors = [];
    private Keyed random = Keyed.For(Draw.Simulation, [engine.Options.Seed, generation, .. self.LocalPath.Select(letter => (long)letter)]);
    private bool closed;

    public long Generation { get; } = generation;

    public List<SimActor> Children { get; } = [];

    public HashSet<IActorRef> Watched { get; } = [];

    public SimTimers Timers { get; } = new(self, engine.Options.Clock);

    public int LiveExecutors { get; set; }

    public SupervisorStrategy Supervision { get; set; } = SupervisorStrategy.Default;

    public IActorRef Self => self;

    public IActorRef? Sender { get; set; }

    public TimeProvider Clock => engine.Options.Clock;

    public ref Keyed Random => ref random;

    public ICluster Cluster => engine.Cluster;

    public ILogger Log => field ??= engine.Options.Logs.CreateLogger(self.LocalPath);

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
        if (Watched.Add(actor))
            Own(actor).Signal(engine, new Watch(self, Own(actor)));
    }

    public void Unwatch(IActorRef actor)
    {
        CheckThread();
        if (Watched.Remove(actor))
            EndWatch(Own(actor));
    }

    public void Stop(IActorRef actor) => Own(actor).Signal(engine, StopActor.Signal);

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
            executors[name] = executor = new SimExecutor(name, threads, self);
            LiveExecutors++;
        }

        return executor;
    }

    public void Run<T>(IExecutor executor, Func<T> work, Func<T, object> done, Func<Exception, object> failed)
    {
        CheckUse();
        if (!executors.TryGetValue(executor.Name, out var own) || own != executor)
            throw new InvalidOperationException($"{self.LocalPath}: executor {executor.Name} belongs to another actor or an earlier instance.");
        own.Run(() =>
        {
            try
            {
                var result = work();
                return new Completion(() => done(result));
            }
            catch (Exception failure)
            {
                return new Completion(() => failed(failure));
            }
        });
    }

    /// <summary>Children and executors end later and say so by a signal.</summary>
    public void Close()
    {
        if (closed)
            return;
        closed = true;
        Timers.CancelAll();
        foreach (var actor in Watched)
            EndWatch(Own(actor));
        foreach (var child in Children)
            child.Signal(StopActor.Signal);
        foreach (var executor in executors.Values)
            executor.Close();
    }

    private void EndWatch(SimRef actor) => actor.Signal(engine, new Unwatch(new Watch(self, actor)));

    private void CheckUse()
    {
        CheckThread();
        if (closed)
            throw new InvalidOperationException($"{self.LocalPath} is stopping: it can start nothing more.");
    }

    private void CheckThread()
    {
        if (self.Thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException($"The context of {self.LocalPath} is used outside of the actor; send the actor a message instead.");
    }

    private static SimRef Own(IActorRef actor) =>
        actor as SimRef ?? throw new ArgumentException($"{actor.Path} is not an actor of this engine.", nameof(actor));
}
