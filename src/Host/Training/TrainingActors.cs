using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Sampling;
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
    private IActorRef? guardian;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var (run, workers) = (settings.Run, settings.Machine.Devices.Workers);
        var options = new RunOptions(
            recipe.Plan, recipe.Plans.Shards, recipe.LastStep, workers.Length, WaitsForMembers: false, run.CheckpointEvery, run.CheckpointKeep,
            settings.Evaluation.Every, KeepBest: settings.Data.Holdout > 0, TimeSpan.FromSeconds(10),
            $"{RunStart.Host}/{Environment.ProcessId}/{Guid.NewGuid():N}") { Staleness = recipe.Staleness };
        List<(string, Func<IActorRef, Actor>)> members =
        [
            ("data", coordinator => new DataActor(recipe.Views(), threads: Math.Max(1, workers.Length / 2), coordinator)),
            ("evaluator", coordinator => new Evaluator(recipe.Evaluation(), coordinator)),
            ("keeper", coordinator => Members.Keeper(settings, recipe, directory.Checkpoints, coordinator)),
            .. workers.Select((device, number) => ($"worker-{number}", (Func<IActorRef, Actor>)(coordinator =>
                Members.Worker(settings, recipe, device, directory.Checkpoints, coordinator)))),
        ];
        guardian = engine.Spawn(Props.Of(() => new Guardian(
            () => new Coordinator(options, directory, recipe.Sum(), observer), members, observer, settle: TimeSpan.Zero)), Guardian.Name);
        return Task.CompletedTask;
    }

    /// <summary>Finish the step, save, evaluate, end.</summary>
    public void AskToStop() => guardian?.Tell(new StopRun());

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
