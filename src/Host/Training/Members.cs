using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Host.Configuration;

namespace Kindred.Host.Training;

/// <summary>The actors that differ between the modes of consistency.</summary>
internal static class Members
{
    public static Actor Worker(Settings settings, Recipe recipe, string device, CheckpointStore checkpoints, IActorRef coordinator) =>
        settings.Consistency.Mode == ConsistencyMode.Local
            ? new LocalWorker(recipe.LocalEncoder(device), recipe.Plans.Batches, recipe.Plan, checkpoints, coordinator)
            : new EncoderWorker(
                recipe.Encoder(device), recipe.Plan, recipe.LastStep, settings.Machine.Graphs, checkpoints, coordinator, recipe.Staleness);

    public static Actor Keeper(Settings settings, Recipe recipe, CheckpointStore checkpoints, IActorRef coordinator) => new SupportSetKeeper(
        recipe.Contrast(), recipe.Plans.Shards, checkpoints, coordinator, recipe.Staleness,
        settings.Consistency.Mode == ConsistencyMode.Local ? recipe.Plan : null);
}
