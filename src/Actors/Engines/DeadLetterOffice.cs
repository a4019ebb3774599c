using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines;

/// <summary>Counts undelivered messages, tells who wants to know, lets go of their tensors, and logs at most one a second.</summary>
internal sealed class DeadLetterOffice(TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private readonly LogLimit limit = new(clock);
    private Action<DeadLetter>? handlers;
    private long count;

    internal long Count => Interlocked.Read(ref count);

    internal void Subscribe(Action<DeadLetter> handler)
    {
        lock (gate)
            handlers += handler;
    }

    internal void Take(in Envelope envelope, ActorRef receiver, string reason)
    {
        Interlocked.Increment(ref count);
        ActorTelemetry.DeadLetters.Add(1, ActorTelemetry.Tag(receiver.Path));
        handlers?.Invoke(new DeadLetter(envelope.Message, envelope.Sender, receiver, reason));
        (envelope.Sender as IUndelivered)?.Undelivered(reason);
        (envelope.Message as ICarriesBundles)?.Release();
        if (limit.TryPass(out var others))
            EngineLog.DeadLetter(log, envelope.Message.GetType().Name, receiver.Path, reason, others);
    }
}
