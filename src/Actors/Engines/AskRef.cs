using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>A sender that wants to know what became of its message.</summary>
internal interface IUndelivered
{
    void Undelivered(string reason);
}

/// <summary>An ask, whose question can fail before its time is up.</summary>
internal interface IAsk : IUndelivered
{
    /// <summary>Completes with the ask, however that ends.</summary>
    Task Ended { get; }
}

/// <summary>The sender of an ask: the first message to it is the answer.</summary>
internal sealed class AskRef<T>(LocalEngine engine, ActorRef asked, string question)
    : ActorRef(engine, asked.Path + "#ask", engine.NextIncarnation()), IAsk
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long start = engine.Options.Clock.GetTimestamp();
    private ITimer? timer;

    internal Task<T> Answer => answer.Task;

    public Task Ended => answer.Task;

    internal void Start(TimeSpan timeout) => timer = Engine.Options.Clock.CreateTimer(
        _ => answer.TrySetException(new TimeoutException($"Ask of {asked.Path}: no answer to {question} within {timeout}.")),
        null,
        timeout,
        Timeout.InfiniteTimeSpan);

    internal override void Deliver(in Envelope envelope)
    {
        timer?.Dispose();
        var first = envelope.Message is T result
            ? answer.TrySetResult(result)
            : answer.TrySetException(new InvalidCastException(
                $"Ask of {asked.Path}: {question} was answered with {envelope.Message.GetType().Name}, not {typeof(T).Name}."));
        if (!first)
            Engine.DeadLetter(envelope, this, "the ask has ended");
        else if (ActorTelemetry.AskLatency.Enabled)
            ActorTelemetry.AskLatency.Record(Engine.Options.Clock.GetElapsedTime(start).TotalSeconds, ActorTelemetry.Tag(asked.Path));
    }

    public void Undelivered(string reason)
    {
        timer?.Dispose();
        answer.TrySetException(new DeadLetterException($"Ask of {asked.Path}: {question} was not delivered: {reason}."));
    }
}
