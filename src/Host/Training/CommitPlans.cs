using Kindred.Data.Sampling;
using Kindred.Host.Configuration;

namespace Kindred.Host.Training;

/// <summary>What a commit is in each mode of consistency.</summary>
/// <param name="Steps">Which samples make up a step, that is a commit.</param>
/// <param name="Batches">Which make up what is learned from at once: a step; in local a step has several.</param>
/// <param name="Shards">Shards of a step.</param>
internal sealed record CommitPlans(EpochPlan Steps, EpochPlan Batches, int Shards)
{
    public static CommitPlans Of(Settings settings, int samples)
    {
        var shards = settings.Machine.Shards;
        var sync = new EpochPlan(settings.Run.Seed, samples, settings.Optimization.Batch, shards);
        var byShard = sync.ByShard();
        return settings.Consistency.Mode switch
        {
            ConsistencyMode.Async => new(byShard, byShard, 1),
            ConsistencyMode.Local => new(sync.InRounds(settings.Consistency.LocalSteps), sync, shards),
            _ => new(sync, sync, shards),
        };
    }
}
