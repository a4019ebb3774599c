using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Tests.Training;

/// <summary>Delivers the n-th message so many times.</summary>
internal sealed class FaultyLine(IActorRef to, Func<object, int, int> copies) : IActorRef
{
    private int sent;

    public string Path => to.Path;

    public void Tell(object message, IActorRef? sender = null)
    {
        var times = copies(message, Interlocked.Increment(ref sent));
        for (var i = 0; i < times; i++)
            to.Tell(i == 0 ? message : Copy(message), sender);
    }

    public Task<T> Ask<T>(object message, TimeSpan timeout) => to.Ask<T>(message, timeout);

    private static object Copy(object message) => message switch
    {
        ShardGradients gradients => gradients with { Bundle = gradients.Bundle.Share() },
        KeeperDelta delta => delta with { Rows = [.. delta.Rows.Select(r => r.Share())] },
        _ => message,
    };
}
