using Kindred.Simulation.Worlds;

namespace Kindred.Simulation;

/// <summary>Simulates the whole cluster of one seed, with its faults, to the end of its run.</summary>
public static class ClusterSimulation
{
    private static readonly TimeSpan MostQuietTime = TimeSpan.FromSeconds(180);

    /// <param name="trace">Where to write what happens; null: nowhere.</param>
    public static SeedResult Run(long seed, TextWriter? trace = null)
    {
        try
        {
            return Run(new World(seed, trace), seed);
        }
        catch (Exception failure)
        {
            return new SeedResult(seed, $"the simulation itself failed: {failure}", 0, 0, 0, new Dictionary<string, long>(StringComparer.Ordinal));
        }
    }

    private static SeedResult Run(World world, long seed)
    {
        var schedule = new FaultSchedule(world, seed);
        while (world.Check.Violation is null && !world.IsOver)
        {
            if (world.Queue.Next() is not { } happens)
                break;
            happens();
            if (world.Queue.Now > schedule.QuietSince + MostQuietTime)
                world.Check.Violated($"the run hasn't ended {MostQuietTime.TotalSeconds} s after the last fault: {string.Join(", ", world.Waiting())}");
        }

        if (world.Check.Violation is null)
            world.Check.AtEnd();
        return new SeedResult(seed, world.Check.Violation, world.Turns.Count, world.Check.Commits, world.Trace.Hash, world.Faults.Counts);
    }
}
