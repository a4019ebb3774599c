using System.Diagnostics;

namespace Kindred.Actors.Messaging;

/// <summary>
/// A trace of its own that lasts over many messages, as a step does: what is sent within it, and all that follows from that, wherever
/// it runs, belongs to it. Nothing while nobody listens.
/// </summary>
internal sealed class Trace : IDisposable
{
    private readonly Activity? root;

    /// <summary>Begins, whatever trace the current message belongs to.</summary>
    public Trace(ActivitySource source, string name, string key, long value)
    {
        if (!source.HasListeners())
            return;
        var outer = Activity.Current;
        Activity.Current = null;
        root = source.StartActivity(name);
        root?.SetTag(key, value);
        Activity.Current = outer;
    }

    public void Within(Action send)
    {
        if (root is null)
        {
            send();
            return;
        }

        var outer = Activity.Current;
        Activity.Current = root;
        try
        {
            send();
        }
        finally
        {
            Activity.Current = outer;
        }
    }

    public void Dispose()
    {
        var outer = Activity.Current;
        root?.Dispose();
        Activity.Current = outer;
    }
}
