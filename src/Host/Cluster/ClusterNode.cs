using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;
using Kindred.Gpu.Torch;
using Kindred.Host.CommandLine;
using Kindred.Host.Commands;
using Kindred.Host.Configuration;
using Kindred.Host.Progress;
using Kindred.Host.Telemetry;
using Kindred.Host.Training;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Cluster;

/// <summary>
/// The actors of this node's roles on the RabbitMQ engine. A node that the others removed joins again as a later incarnation; SIGTERM
/// makes it leave, and the others go on; the last node saves and ends the run instead.
/// </summary>
internal sealed class ClusterNode : IDisposable
{
    private const int TimesAsked = 3;
    private const string Unsaved = "if nobody else has the state, the steps since the newest checkpoint will be trained again";
    private static readonly TimeSpan SavedWithin = TimeSpan.FromSeconds(10), BetweenAsking = TimeSpan.FromSeconds(2);
    private readonly ClusterRun run;
    private readonly CommandContext context;
    private readonly Recipe recipe;
    private readonly RunReport report;
    private readonly ILoggerFactory logs;
    private readonly NodeLinks links;
    private readonly StopRequest stop;
    private readonly Action<string> note;

    private ClusterNode(ClusterRun run, StopRequest stop, CommandContext context, Recipe recipe, ITrainingProgress progress, NodeLinks links)
    {
        (this.run, this.stop, this.context, this.recipe, this.links) = (run, stop, context, recipe, links);
        note = progress.Note;
        var log = RunLog.Open(RunDirectory.LogOf(run.Directory.Root, links.Name), context.Clock);
        logs = LoggerFactory.Create(builder => builder.AddProvider(log));
        report = new RunReport(run.Settings, recipe.LastStep, progress, logs.CreateLogger("Kindred.Run"));
    }

    /// <summary>Returns the last line to show, when the run has ended or this node has left it.</summary>
    /// <param name="stop">Made before <paramref name="run"/> was opened: who asks while this node starts is heard.</param>
    /// <exception cref="Exception">What ended the run before its time; the last checkpoint is intact.</exception>
    public static async Task<string> RunAsync(ClusterRun run, StopRequest stop, CommandContext context)
    {
        var settings = run.Settings;
        TorchExtra.SetInterOpThreads(1);
        TorchExtra.Deterministic(settings.Machine.Deterministic);
        var parts = new Recipe(settings, run.Data);
        parts.Check();
        if (settings.Cluster.RoleList.Contains("worker"))
            Probe.Check(settings, parts, context);
        var found = NodeLinks.Read(settings);
        await OtherCluster.RefuseAsync(run.Directory, found.Rabbit.Cluster, context);
        await using var progress = TrainingProgress.Create(context.Output, context.Clock, settings.Telemetry.ProgressEvery, context.Environment);
        using var otlp = OtlpExport.Start(settings);
        await using var endpoint = MetricsEndpoint.Start(settings);
        using var node = new ClusterNode(run, stop, context, parts, progress, found);
        return await node.RunAsync();
    }

    public void Dispose() => logs.Dispose();

    private async Task<string> RunAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = context.Stop.Register(() => stopped.TrySetResult());
        await using var bulk = await HttpBulkPlane.StartAsync(links.Bulk(logs), new TorchBundleCodec(), CancellationToken.None);
        for (var incarnation = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();;)
        {
            try
            {
                return await LiveAsync(new Node(links.Name, incarnation, run.Settings.Cluster.RoleList), bulk, stopped.Task);
            }
            catch (RemovedException removed)
            {
                note($"{links.Name} was removed by the others while it couldn't be heard; it joins again");
                incarnation = Math.Max(context.Clock.GetUtcNow().ToUnixTimeMilliseconds(), removed.KnownIncarnation + 1);
            }
        }
    }

    /// <exception cref="RemovedException">The others removed this incarnation.</exception>
    private async Task<string> LiveAsync(Node node, IBulkPlane bulk, Task stopped)
    {
        var options = new EngineOptions { Seed = run.Settings.Run.Seed + node.Incarnation, Node = node, Logs = logs };
        await using var engine = await JoinAsync(options, bulk);
        note($"{node.Name} joined as {string.Join(", ", node.Roles)}");
        using var over = new CancellationTokenSource();
        var guardian = engine.Spawn(Props.Of(MakeGuardian), Guardian.Name);
        var watches = Task.WhenAll(
            stop.WatchAsync(() => guardian.Tell(new StopRun()), report.Noted, context.Clock, over.Token),
            new OtherCluster(run.Directory.Root, links.Rabbit.Cluster, why => report.Ended(new RunEnd(default, Finished: false, why)))
                .WatchAsync(report.Noted, context.Clock, over.Token),
            new WaitNotice(engine.Cluster, run.Directory.Root, report.Noted).WatchAsync(report.Noted, context.Clock, over.Token));
        try
        {
            var first = await Task.WhenAny(report.End, engine.Terminated, stopped);
            if (first == stopped && engine.Cluster is { IsConnected: true, Members.Count: 1 } && node.Roles.Contains("coordinator"))
            {
                guardian.Tell(new StopRun(Leaves: true)); // nobody else is there to go on
                first = await Task.WhenAny(report.End, engine.Terminated);
            }
            else if (first == stopped && node.Roles.Any(role => role is "worker" or "keeper"))
            {
                var ended = await Task.WhenAny(LeaveAsync(guardian, node, over.Token), report.End, engine.Terminated);
                first = ended == report.End || ended == engine.Terminated ? ended : first;
            }

            if (first == engine.Terminated)
                await engine.Terminated;
            await engine.StopAsync();
            return first == stopped ? $"{node.Name} left; the run is in {run.Settings.Run.Folder}" : await EndAsync();
        }
        finally
        {
            await over.CancelAsync();
            await watches;
        }
    }

    /// <summary>Waits until others hold the run's state, or it is saved. A coordinator that can't be asked keeps nobody.</summary>
    private async Task LeaveAsync(IActorRef guardian, Node node, CancellationToken over)
    {
        for (var times = 1; times <= TimesAsked; times++)
        {
            try
            {
                if (await guardian.Ask<MayLeave>(new Leave(node), SavedWithin) is { IsSaved: false })
                    note($"{node.Name} leaves while it hears no coordinator: {Unsaved}");
                return;
            }
            catch (Exception unanswered) when (unanswered is TimeoutException or DeadLetterException)
            {
                if (times < TimesAsked)
                    await Task.Delay(BetweenAsking, context.Clock, over);
                else
                    note($"{node.Name} leaves though the coordinator didn't say that the state is saved, asked {TimesAsked} times: {Unsaved}");
            }
        }
    }

    private async Task<RabbitEngine> JoinAsync(EngineOptions options, IBulkPlane bulk)
    {
        var joining = RabbitEngine.JoinAsync(options, links.Rabbit, bulk, context.Stop);
        if (await Task.WhenAny(joining, Task.Delay(TimeSpan.FromSeconds(3), context.Clock)) != joining)
            note($"waits for the broker at {links.Rabbit.Broker}: start it there, or give cluster.broker=ADDRESS");
        return await joining;
    }

    private Guardian MakeGuardian()
    {
        var (settings, directory, roles) = (run.Settings, run.Directory, run.Settings.Cluster.RoleList);
        var options = TrainingActors.Options(settings, recipe, settings.Cluster.Workers ?? 1, waits: true) with { Cluster = links.Rabbit.Cluster };
        Func<Actor>? coordinator = roles.Contains("coordinator") ? () => new Coordinator(options, directory, new FlatSum(), report) : null;
        var members = Members.Of(settings, recipe, directory, roles);
        return new Guardian(coordinator, members, report, settle: TimeSpan.FromSeconds(2), () => directory.End.Read(recipe.LastStep));
    }

    private async Task<string> EndAsync()
    {
        var end = await report.End;
        return end.Reason is null ? TrainCommand.Summary(report, run.Settings) : throw end.Reason;
    }
}
