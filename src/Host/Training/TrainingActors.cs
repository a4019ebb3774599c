using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Training;

/// <summary>The five kinds of actors of a run on the local engine, as a hosted service.</summary>
internal sealed class TrainingActors(Settings settings, Recipe recipe, RunDirectory directory, IRunObserver observer, ILoggerFactory logs)
    : IHostedService, IAsyncDisposable
{
    private readonly LocalEngine engine = new(new EngineOptions { Seed = settings.Run.Seed, Logs = logs });
    private static readonly string[] Everything = ClusterSettings.AllRoles.Split(',');
    private IActorRef? guardian;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var options = Options(settings, recipe, settings.Machine.Devices.Workers.Length, waits: false);
        var members = Members.Of(settings, recipe, directory, Everything);
        guardian = engine.Spawn(Props.Of(() => new Guardian(
            () => new Coordinator(options, directory, new FlatSum(), observer), members, observer, settle: TimeSpan.Zero)), Guardian.Name);
        return Task.CompletedTask;
    }

    /// <param name="waits">Members may come later, and be lost for a while.</param>
    public static RunOptions Options(Settings settings, Recipe recipe, int workers, bool waits) => new(
        recipe.Plan, recipe.Plans.Shards, recipe.LastStep, workers, waits, settings.Run.CheckpointEvery, settings.Run.CheckpointKeep,
        settings.Evaluation.Every, KeepBest: settings.Data.Holdout > 0, TimeSpan.FromSeconds(10),
        $"{RunStart.Host}/{Environment.ProcessId}/{Guid.NewGuid():N}")
    {
        Staleness = recipe.Staleness, ComparesReplicas = settings.Cluster.BitExact ?? settings.Consistency.Mode == ConsistencyMode.Sync,
    };

    /// <summary>Finish the step, or leave one that takes unusually long; save, evaluate, end.</summary>
    /// <param name="leaves">For good; false: for as long as this is called again.</param>
    public void Stop(bool leaves) => guardian?.Tell(new StopRun(leaves));

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
