namespace Kindred.Tests.Training;

/// <summary>The system's, whose time stamps leap ahead; timers don't.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private long ahead;

    public void Leap(TimeSpan time) => Interlocked.Add(ref ahead, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref ahead);
}
