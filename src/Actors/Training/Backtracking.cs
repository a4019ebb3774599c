namespace Kindred.Actors.Training;

/// <summary>Counts how often the run went back without coming further than before: a fault that comes again each time must end it.</summary>
internal sealed class Backtracking
{
    private const int MostWithoutProgress = 3;
    private long furthestAtBack = -1;
    private int times;

    /// <summary>The greatest step ever committed here.</summary>
    public long Furthest { get; private set; }

    public void Reached(long step) => Furthest = Math.Max(Furthest, step);

    /// <summary>False: the run has gone back often enough.</summary>
    public bool TryGoBack()
    {
        (times, furthestAtBack) = Furthest == furthestAtBack ? (times + 1, Furthest) : (1, Furthest);
        return times <= MostWithoutProgress;
    }
}
