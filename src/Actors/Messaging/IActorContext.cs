using Kindred.Data.Sampling;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Messaging;

/// <summary>
/// All that an actor may use of the world. Only its own actor calls it, on its own turn; in PostStop it can start nothing more.
/// <see cref="Self"/>, <see cref="Clock"/> and <see cref="Log"/> may be used from everywhere, so also by work on an executor.
/// </summary>
public interface IActorContext
{
    IActorRef Self { get; }

    IActorRef? Sender { get; }

    /// <summary>Starts a child, which is supervised by this actor and stopped with it.</summary>
    /// <exception cref="InvalidOperationException">A living child has that name.</exception>
    IActorRef Spawn(Props props, string name);

    /// <summary>
    /// Asks for <see cref="Terminated"/> when the actor has stopped, or its node was removed; at once if it already has.
    /// It may overtake the actor's messages.
    /// </summary>
    void Watch(IActorRef actor);

    /// <summary>No <see cref="Terminated"/> of this actor arrives from now on.</summary>
    void Unwatch(IActorRef actor);

    /// <summary>Stops an actor after its current message; what waits in its mailbox becomes dead letters.</summary>
    void Stop(IActorRef actor);

    /// <summary>Sends <paramref name="message"/> to this actor once, after <paramref name="delay"/>; replaces the timer of the same key.</summary>
    void Schedule(object key, TimeSpan delay, object message);

    /// <summary>The same every <paramref name="period"/>. Ticks that the actor hasn't yet taken are merged into one.</summary>
    void ScheduleRepeated(object key, TimeSpan period, object message);

    /// <summary>No tick of this key arrives from now on.</summary>
    void Cancel(object key);

    TimeProvider Clock { get; }

    /// <summary>This actor's own generator, seeded by engine seed, path and number of restarts. By reference: a copy repeats its draws.</summary>
    ref Keyed Random { get; }

    /// <summary>Threads of this actor's own; made at the first call with this name. Heavy or blocking work belongs there: a handler that blocks may keep other actors from their turns.</summary>
    IExecutor Executor(string name, int threads = 1);

    /// <summary>
    /// Runs <paramref name="work"/> on the executor; what <paramref name="done"/> or <paramref name="failed"/> makes of its outcome comes back
    /// as a message, however long it took, unless the actor has restarted since. Work once handed over always runs; restart and stop wait for it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The executor is full or belongs to an earlier instance or another actor.</exception>
    void Run<T>(IExecutor executor, Func<T> work, Func<T, object> done, Func<Exception, object> failed);

    ICluster Cluster { get; }

    ILogger Log { get; }
}

/// <summary>Threads owned by one actor; work starts in the order of <see cref="IActorContext.Run"/>.</summary>
public interface IExecutor
{
    string Name { get; }

    /// <summary>Pieces of work that wait or run.</summary>
    int Pending { get; }
}
