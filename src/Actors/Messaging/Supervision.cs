namespace Kindred.Actors.Messaging;

/// <summary>What happens to a child that failed.</summary>
public enum Directive
{
    /// <summary>It goes on with the next message and its state (a child that failed to start is stopped instead).</summary>
    Resume,

    /// <summary>A new instance goes on with the next message.</summary>
    Restart,

    Stop,

    /// <summary>It is stopped, and its failure becomes its parent's own.</summary>
    Escalate,
}

/// <summary>
/// One for one: only the child that failed is concerned. After <paramref name="MaxRestarts"/> restarts within
/// <paramref name="Window"/> the next failure stops it. <paramref name="Decide"/> is a pure function: the engine may call it from any thread.
/// </summary>
public sealed record SupervisorStrategy(Func<Exception, Directive> Decide, int MaxRestarts, TimeSpan Window)
{
    /// <summary>Restarts, at most 10 times a minute.</summary>
    public static SupervisorStrategy Default { get; } = new(_ => Directive.Restart, 10, TimeSpan.FromMinutes(1));
}
