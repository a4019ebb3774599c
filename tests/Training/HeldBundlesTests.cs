using Kindred.Simulation.Tensors;
using Kindred.Tests.Torch;

namespace Kindred.Tests.Training;

/// <summary>Alone, since the bundles of all tests are counted together.</summary>
[Collection(nameof(Alone))]
public sealed class HeldBundlesTests
{
    [Fact]
    public async Task NothingOfAStepOutlivesIt()
    {
        var atStep5 = 0;
        await using var cluster = new Cluster { LastStep = 30, CheckpointEvery = 1000 };
        var live = new List<int>();
        await cluster.Run(committed: _ => live.Add(HashBundle.Live));
        atStep5 = live[5];
        // One more row a step is held for a keeper that may have to be rebuilt; nothing else may grow.
        Assert.InRange(live[29] - atStep5, 0, 24 + 16);
    }
}
