using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;

namespace Kindred.Host.Training;

/// <summary>The actors of a node, beside the coordinator; which they are depends on its roles and on the mode of consistency.</summary>
internal static class Members
{
    /// <summary>Those of these roles; a worker for each of the node's devices.</summary>
    public static List<(string Name, Role Role, Func<IActorRef, Actor> Make)> Of(
        Settings settings, Recipe recipe, RunDirectory directory, IReadOnlyCollection<string> roles)
    {
        var workers = settings.Machine.Devices.Workers;
        List<(string, Role, Func<IActorRef, Actor>)> members = [];
        if (roles.Contains("data"))
        {
            members.Add(("data", Role.Data, coordinator => new DataActor(recipe.Views(), threads: Math.Max(1, workers.Length / 2), coordinator)));
            members.Add(("evaluator", Role.Evaluator, coordinator => new Evaluator(recipe.Evaluation(), coordinator)));
        }

        if (roles.Contains("keeper"))
            members.Add(("keeper", Role.Keeper, coordinator => Keeper(settings, recipe, directory.Checkpoints, coordinator)));
        if (roles.Contains("worker"))
            members.AddRange(workers.Select((device, number) => ($"worker-{number}", Role.Worker, (Func<IActorRef, Actor>)(coordinator =>
                Worker(settings, recipe, device, directory.Checkpoints, coordinator)))));
        return members;
    }

    private static Actor Worker(Settings settings, Recipe recipe, string device, CheckpointStore checkpoints, IActorRef coordinator) =>
        settings.Consistency.Mode == ConsistencyMode.Local
            ? new LocalWorker(recipe.LocalEncoder(device), recipe.Plans.Batches, recipe.Plan, checkpoints, coordinator)
            : new EncoderWorker(
                recipe.Encoder(device), new FlatSum(), recipe.Plan, recipe.LastStep, settings.Machine.Graphs, checkpoints, coordinator, recipe.Staleness);

    private static SupportSetKeeper Keeper(Settings settings, Recipe recipe, CheckpointStore checkpoints, IActorRef coordinator) => new(
        recipe.Contrast(), recipe.Plans.Shards, checkpoints, coordinator, recipe.Staleness,
        settings.Consistency.Mode == ConsistencyMode.Local ? recipe.Plan : null);
}
