namespace Kindred.Actors.Training;

/// <summary>Where a coordinator stands in its run.</summary>
internal enum RunPhase
{
    /// <summary>Waits for the members.</summary>
    Gathering,

    /// <summary>Waits until they hold the state from which the term goes on.</summary>
    Restoring,

    /// <summary>Commits steps.</summary>
    Running,

    /// <summary>Waits for the last checkpoint and evaluation.</summary>
    Ending,

    Ended,
}
