using Kindred.Simulation.Tensors;
using Kindred.Simulation.Worlds;

namespace Kindred.Simulation.Checks;

/// <summary>Each sample is counted once per epoch: a state holds the marks of just the samples of its steps.</summary>
internal sealed class SampleChecks
{
    private readonly World world;
    private readonly List<(ulong Mark, ulong Count)> upTo = [(0, 0)];

    public SampleChecks(World world)
    {
        this.world = world;
        var (mark, count) = (0UL, 0UL);
        for (var step = 1L; step <= world.Scenario.LastStep; step++)
        {
            var batch = world.Plan.Batch(step);
            (mark, count) = (mark + HashViews.Mark(batch.Span), count + (ulong)batch.Length);
            upTo.Add((mark, count));
        }
    }

    public void Look(ulong[] state)
    {
        var (step, mark, count) = ((int)state[3], state[4], state[5]);
        if (step < upTo.Count && upTo[step] != (mark, count))
            world.Check.Violated($"after step {step} {count} samples were counted, and not each of the {upTo[step].Count} once");
    }
}
