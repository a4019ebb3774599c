using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Another member, and what speaks for and against its being alive.</summary>
internal sealed class Peer(Node node, string address, PhiAccrualDetector detector)
{
    public Node Node { get; } = node;

    public string Address { get; private set; } = address;

    public PhiAccrualDetector Detector { get; } = detector;

    public TimeSpan? UnreachableSince { get; set; }

    public TimeSpan? GoneSince { get; set; }

    /// <summary>Since the last fresh start: until then its queue may only not be back yet.</summary>
    public bool HeardSinceStart { get; private set; }

    public void StartAfresh(TimeSpan now)
    {
        Detector.Reset(now);
        GoneSince = null;
        HeardSinceStart = false;
        if (UnreachableSince is not null)
            UnreachableSince = now;
    }

    public void Hear(string at, TimeSpan now)
    {
        Address = at;
        HeardSinceStart = true;
        Detector.Heartbeat(now);
    }
}
