namespace Kindred.Actors.Messaging;

/// <summary>
/// State that only its own messages touch, one at a time. It reaches the world through <see cref="Context"/> alone (time, randomness,
/// threads, other nodes), so that every engine, also the simulated one, can run it.
/// A restart is <see cref="PostStop"/> of this instance, a new one from its <see cref="Props"/>, <see cref="PreStart"/> of that;
/// ref, mailbox and watchers stay, and all that the old instance set up (children, timers, executors, watches) goes.
/// </summary>
public abstract class Actor
{
    /// <summary>Set before <see cref="PreStart"/>; not there yet in the constructor.</summary>
    protected internal IActorContext Context { get; internal set; } = null!;

    protected IActorRef Self => Context.Self;

    /// <summary>Who sent the current message; null for messages from outside of actors, timers and completions.</summary>
    protected IActorRef? Sender => Context.Sender;

    /// <summary>How failures of this actor's children are handled; read once per instance, before <see cref="PreStart"/>.</summary>
    protected internal virtual SupervisorStrategy Supervision => SupervisorStrategy.Default;

    /// <summary>Handles one message. What it throws goes to the supervisor.</summary>
    protected internal abstract void Receive(object message);

    protected internal virtual void PreStart()
    {
    }

    /// <summary>
    /// Runs when the children have stopped and the executors' work has ended, also after a <see cref="PreStart"/> that failed.
    /// What it throws is logged.
    /// </summary>
    protected internal virtual void PostStop()
    {
    }
}
