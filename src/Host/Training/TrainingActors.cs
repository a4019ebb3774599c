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
    private static readonly string[] Everything = ClusterSettings.AllRoles.Split(',');
    private IActorRef? guardian;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var options = Options(settings, recipe, settings.Machine.Devices.Workers.Length, waits: false);
        var members = Members(settings, recipe, directory, Everything);
        guardian = engine.Spawn(Props.Of(() => new Guardian(
            () => new Coordinator(options, directory, new FlatSum(), observer), members, observer, settle: TimeSpan.Zero)), Guardian.Name);
        return Task.CompletedTask;
    }

    /// <param name="waits">Members may come later, and be lost for a while.</param>
    public static RunOptions Options(Settings settings, Recipe recipe, int workers, bool waits) => new(
        recipe.Plan, settings.Machine.Shards, recipe.LastStep, workers, waits, settings.Run.CheckpointEvery, settings.Run.CheckpointKeep,
        settings.Evaluation.Every, KeepBest: settings.Data.Holdout > 0, TimeSpan.FromSeconds(10),
        $"{RunStart.Host}/{Environment.ProcessId}/{Guid.NewGuid():N}");

    /// <summary>The members of a node with these roles; a worker for each of its devices.</summary>
    public static List<(string Name, Func<IActorRef, Actor> Make)> Members(
        Settings settings, Recipe recipe, RunDirectory directory, IReadOnlyCollection<string> roles)
    {
        var (machine, workers) = (settings.Machine, settings.Machine.Devices.Workers);
        List<(string, Func<IActorRef, Actor>)> members = [];
        if (roles.Contains("data"))
        {
            members.Add(("data", coordinator => new DataActor(recipe.Views(), threads: Math.Max(1, workers.Length / 2), coordinator)));
            members.Add(("evaluator", coordinator => new Evaluator(recipe.Evaluation(), coordinator)));
        }

        if (roles.Contains("keeper"))
            members.Add(("keeper", coordinator => new SupportSetKeeper(recipe.Contrast(), machine.Shards, directory.Checkpoints, coordinator)));
        if (roles.Contains("worker"))
            members.AddRange(workers.Select((device, number) => ($"worker-{number}", (Func<IActorRef, Actor>)(coordinator =>
                new EncoderWorker(recipe.Encoder(device), recipe.Plan, recipe.LastStep, machine.Graphs, directory.Checkpoints, coordinator)))));
        return members;
    }

    /// <summary>Finish the step, save, evaluate, end.</summary>
    public void AskToStop() => guardian?.Tell(new StopRun());

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
