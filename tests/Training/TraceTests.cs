using System.Collections.Concurrent;
using System.Diagnostics;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Training;

/// <summary>A step is one trace: from the lease over views, projections and gradients to the commit, through every actor and device.</summary>
public sealed class TraceTests
{
    private static readonly string[] Way =
    [
        "ShardLease /training/worker-0", "ShardLease /training/worker-1", "ViewRequest /training/data", "Views /training/worker-1",
        "encode /training/worker-1", "device /training/worker-1", "Projections /training/keeper", "answer /training/keeper",
        "device /training/keeper", "ProjectionGradients /training/worker-1", "backpropagate /training/worker-1",
        "KeeperDelta /training/coordinator", "ShardGradients /training/coordinator", "sums /training/coordinator",
        "Commit /training/worker-0", "Commit /training/worker-1", "Commit /training/keeper",
    ];

    [Fact]
    public async Task EveryStepIsATraceOfItsOwn()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ActorTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using (var cluster = new Cluster())
            Assert.Null((await cluster.Run()).Reason);
        listener.Dispose();

        var lacking = spans.GroupBy(s => s.TraceId).Select(trace => Lacking([.. trace])).ToArray();
        Assert.True(lacking.Count(stations => stations.Length == 0) >= 16, string.Join('\n', lacking.Select(l => string.Join(", ", l))));
    }

    /// <summary>The stations that a trace didn't come by.</summary>
    private static string[] Lacking(Activity[] trace)
    {
        var roots = trace.Count(s => s.OperationName == "step" && s.ParentSpanId == default && s.GetTagItem("kindred.step") is long);
        var seen = trace.Select(s => $"{s.OperationName} {s.GetTagItem("actor.path")}");
        return [.. Way.Except(seen), .. roots == 1 ? Array.Empty<string>() : [$"{roots} roots"]];
    }
}
