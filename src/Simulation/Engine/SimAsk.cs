using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>An ask whose question can fail before its time is up.</summary>
internal interface ISimAsk
{
    void Undelivered(string reason);
}

/// <summary>The sender of an ask: the first message to it is the answer.</summary>
internal sealed class SimAsk<T>(SimRef asked, string question) : SimRef(asked.Engine, asked.LocalPath + "#ask"), ISimAsk
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? timer;

    public Task<T> Answer => answer.Task;

    public override bool IsActor => true;

    public void Start(TimeSpan timeout) => timer = Engine.Options.Clock.CreateTimer(
        _ => answer.TrySetException(new TimeoutException($"Ask of {asked.LocalPath}: no answer to {question} within {timeout}.")),
        null,
        timeout,
        Timeout.InfiniteTimeSpan);

    public override void Deliver(in Envelope envelope)
    {
        timer?.Dispose();
        var first = envelope.Message is T result
            ? answer.TrySetResult(result)
            : answer.TrySetException(new InvalidCastException(
                $"Ask of {asked.LocalPath}: {question} was answered with {envelope.Message.GetType().Name}, not {typeof(T).Name}."));
        if (!first)
            Engine.DeadLetter(envelope, this, "the ask has ended");
    }

    public override void Signal(object signal)
    {
    }

    public void Undelivered(string reason)
    {
        timer?.Dispose();
        answer.TrySetException(new DeadLetterException($"Ask of {asked.LocalPath}: {question} was not delivered: {reason}."));
    }
}
