using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Gpu.Torch;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Progress;
using Kindred.Host.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Training;

/// <summary>Trains in one process from the state that the run directory holds, to the end or until asked to stop.</summary>
internal static class TrainingRun
{
    /// <exception cref="Exception">What ended the run before its time; the last checkpoint is intact.</exception>
    public static async Task<RunReport> RunAsync(Settings settings, DataSplits data, RunDirectory directory, StopRequest stop, CommandContext context)
    {
        TorchExtra.SetInterOpThreads(1);
        TorchExtra.Deterministic(settings.Machine.Deterministic);
        var recipe = new Recipe(settings, data);
        recipe.Check();
        if (settings.Machine.Devices.AnyCuda && !settings.Machine.Deterministic)
            context.Warn("on a GPU the run isn't bit-exact; deterministic=true makes it so");
        await using var progress = TrainingProgress.Create(context.Output, context.Clock, settings.Telemetry.ProgressEvery, context.Environment);
        using var otlp = OtlpExport.Start(settings);
        await using var endpoint = MetricsEndpoint.Start(settings);
        using var host = Build(settings, recipe, directory, progress, context);
        var (report, actors) = (host.Services.GetRequiredService<RunReport>(), host.Services.GetRequiredService<TrainingActors>());
        await host.StartAsync();
        using var over = new CancellationTokenSource();
        var watch = stop.WatchAsync(() => actors.Stop(leaves: false), report.Noted, context.Clock, over.Token);
        await using (context.Stop.Register(() => actors.Stop(leaves: true)))
        {
            var end = await report.End;
            await over.CancelAsync();
            await watch;
            await host.StopAsync(CancellationToken.None);
            return end.Reason is null ? report : throw end.Reason;
        }
    }

    public static DataSplits OpenData(Settings settings, CommandContext context)
    {
        var data = settings.Data;
        var options = new DataOptions
        {
            Kind = data.Kind, Path = data.Path, EvalPath = data.EvalPath, Limit = data.Limit, Holdout = data.Holdout,
            Seed = settings.Run.Seed, MaxCorrupt = data.MaxCorrupt, MinSize = Recipe.LeastDecoded(settings),
        };
        var splits = DataSets.Open(options, corrupt => context.Warn($"{corrupt.Path} is corrupt ({corrupt.Reason}); another image takes its place"));
        if (splits.Evaluation is null)
            context.Warn("no evaluation set (data.eval=DIR, or a sibling 'val' or 'test' of a 'train' folder): no kNN");
        else if (splits.Evaluation.Labels is null)
            context.Warn("the evaluation images have no labels (data.eval=DIR with DIR/class/*.jpg): no kNN");
        if (splits.Train.Labels is null)
            context.Warn("the training images have no labels (data.path/class/*.jpg): no kNN, and detection can't be measured");
        return splits;
    }

    /// <summary>What is running, and on what data; in the run's folder for whoever reads its figures later.</summary>
    public static Dictionary<string, string> Versions(DataSplits data) => new(StringComparer.Ordinal)
    {
        ["kindred"] = typeof(TrainingRun).Assembly.GetName().Version!.ToString(),
        ["dotnet"] = Environment.Version.ToString(),
        ["libtorch"] = TorchExtra.LibTorchVersion,
        [RunStart.ProtocolKey] = RunStart.Protocol,
        [RunStart.DataKey] = data.Train.Fingerprint,
    };

    private static IHost Build(Settings settings, Recipe recipe, RunDirectory directory, ITrainingProgress progress, CommandContext context)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(RunLog.Open(RunDirectory.LogOf(directory.Root), context.Clock));
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(recipe)
            .AddSingleton(directory)
            .AddSingleton(services => new RunReport(
                settings, recipe.LastStep, progress, services.GetRequiredService<ILoggerFactory>().CreateLogger("Kindred.Run")))
            .AddSingleton(services => new TrainingActors(
                settings, recipe, directory, services.GetRequiredService<RunReport>(), services.GetRequiredService<ILoggerFactory>()))
            .AddHostedService(services => services.GetRequiredService<TrainingActors>());
        return builder.Build();
    }
}
