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
    private static readonly SupervisorStrategy RestartThrice = new(_ => Directive.Restart, 3, TimeSpan.FromMinutes(1));
    private LocalEngine? engine;
    private IActorRef? coordinator;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var (machine, run, workers) = (settings.Machine, settings.Run, settings.Machine.Devices.Workers);
        engine = new LocalEngine(new EngineOptions { Seed = run.Seed, Logs = logs, Supervision = RestartThrice });
        var options = new RunOptions(
            recipe.Plan, machine.Shards, recipe.LastStep, workers.Length, run.CheckpointEvery, run.CheckpointKeep,
            settings.Evaluation.Every, KeepBest: settings.Data.Holdout > 0, TimeSpan.FromSeconds(10),
            $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
        coordinator = Spawn("coordinator", () => new Coordinator(options, directory, new FlatSum(), observer));
        Spawn("data", () => new DataActor(recipe.Views(), threads: Math.Max(1, workers.Length / 2), coordinator));
        Spawn("evaluator", () => new Evaluator(recipe.Evaluation(), coordinator));
        Spawn("keeper", () => new SupportSetKeeper(recipe.Contrast(), machine.Shards, directory.Checkpoints, coordinator));
        for (var w = 0; w < workers.Length; w++)
        {
            var device = workers[w];
            Spawn($"worker-{w}", () => new EncoderWorker(
                recipe.Encoder(device), recipe.Plan, recipe.LastStep, machine.Graphs, directory.Checkpoints, coordinator));
        }

        return Task.CompletedTask;
    }

    /// <summary>Finish the step, save, evaluate, end.</summary>
    public void AskToStop() => coordinator?.Tell(new StopRun());

    public Task StopAsync(CancellationToken cancellationToken) => engine?.StopAsync() ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IActorRef Spawn(string name, Func<Actor> make) => engine!.Spawn(Props.Of(() => MadeOrTold(make)), name);

    /// <summary>What can't even be made takes no part in the protocol, which would wait for it: the coordinator ends the run.</summary>
    private Actor MadeOrTold(Func<Actor> make)
    {
        try
        {
            return make();
        }
        catch (Exception reason)
        {
            coordinator?.Tell(new Failed(reason));
            throw;
        }
    }
}
