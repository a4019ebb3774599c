namespace Kindred.Actors.Messaging;

/// <summary>
/// The address of an actor, wherever it runs; valid across its restarts. Two refs are equal when node, path and the actor's incarnation are:
/// an actor spawned later under the same path is another one.
/// </summary>
public interface IActorRef
{
    /// <summary>Names from the root, as in <c>/coordinator/evaluator</c>; an engine puts another node's name in front.</summary>
    string Path { get; }

    /// <summary>
    /// Sends without waiting: at most once, in order per sender and receiver. What can't be delivered becomes a <see cref="DeadLetter"/>.
    /// </summary>
    void Tell(object message, IActorRef? sender = null);

    /// <summary>Sends and awaits the answer; meant for code outside of actors, which never wait.</summary>
    /// <exception cref="TimeoutException">No answer came in time; names path and message type.</exception>
    /// <exception cref="DeadLetterException">The message couldn't be delivered.</exception>
    /// <exception cref="InvalidCastException">The answer isn't a <typeparamref name="T"/>.</exception>
    Task<T> Ask<T>(object message, TimeSpan timeout);
}
