using Kindred.Actors.Messaging;

namespace Kindred.Tests.Training;

/// <summary>Delivers in place of each message what <paramref name="change"/> makes of it and its sender; null: nothing.</summary>
internal sealed class ChangedLine(IActorRef to, Func<object, IActorRef, object?> change) : IActorRef
{
    public string Path => to.Path;

    public void Tell(object message, IActorRef? sender = null)
    {
        if (change(message, sender!) is { } changed)
            to.Tell(changed, sender);
    }

    public Task<T> Ask<T>(object message, TimeSpan timeout) => to.Ask<T>(message, timeout);
}
