namespace Kindred.Actors.Messaging;

/// <summary>How to make an actor. <paramref name="Make"/> is called for each restart and returns a new instance each time.</summary>
public sealed record Props(Func<Actor> Make)
{
    /// <summary>User messages that may wait (≥ 1); one more becomes a dead letter.</summary>
    public int MailboxCapacity { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least 1."); } = 4096;

    public static Props Of(Func<Actor> make) => new(make);
}
