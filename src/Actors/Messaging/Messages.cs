using System.Diagnostics;

namespace Kindred.Actors.Messaging;

/// <summary>A watched actor has stopped, or its node was removed; <paramref name="Actor"/> is the ref that was watched.</summary>
public sealed record Terminated(IActorRef Actor);

/// <summary>A message that was not delivered: its receiver has stopped, or the mailbox was full.</summary>
public sealed record DeadLetter(object Message, IActorRef? Sender, IActorRef Receiver, string Reason);

/// <summary>An ask whose message became a dead letter.</summary>
public sealed class DeadLetterException(string message) : Exception(message);

/// <summary>
/// Engine → receiver, in place of a message of <paramref name="Owner"/> whose bundles couldn't be pulled: that counts as no message at all.
/// </summary>
public sealed record PullFailed(IActorRef Owner, string Reason);

/// <summary>A message of one coordinator's term (the fencing epoch); receivers refuse older terms.</summary>
public interface ITermed
{
    int Term { get; }
}

/// <summary>A message under way, with the W3C trace context that it was sent in.</summary>
public readonly record struct Envelope(object Message, IActorRef? Sender, ActivityContext Trace)
{
    public int? Term => (Message as ITermed)?.Term;
}
