using System.Diagnostics;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Gpu.Step;
using Kindred.Host.Chaos;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// A message of 100 bytes from an actor to one of another process and back, through the cluster's engine and a broker of its own; in turns
/// with one through the client library alone. The other process is this program with <c>broker=</c>; it ends when its input does.
/// </summary>
internal static class ControlRoundtrip
{
    public const int Bytes = 100;

    /// <summary>In each, the engine is measured and then the bare client.</summary>
    private const int Blocks = 10;

    public static int Run(KeyValueArguments arguments)
    {
        var count = arguments.TakeCount("messages", 20_000);
        var (broker, cluster) = (arguments.Take("broker"), arguments.Take("cluster"));
        arguments.RequireEmpty("control-roundtrip", "messages", "broker", "cluster");
        return (broker is null ? MeasureAsync(count) : EchoAsync(new Uri(broker), cluster!)).GetAwaiter().GetResult();
    }

    private static async Task<int> MeasureAsync(int count)
    {
        var folder = Directory.CreateTempSubdirectory("kindred-broker-");
        try
        {
            return await MeasureAsync(count, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(int count, string folder)
    {
        await using var broker = await BrokerProcess.StartAsync(folder);
        await using var bare = await BareRoundtrip.OpenAsync(broker.Address, "bare-a", "bare-b");
        await using var engine = await JoinAsync(broker.Address, "bench", "a");
        var up = new TaskCompletionSource<Node>();
        engine.Cluster.Subscribe(engine.Spawn(Props.Of(() => new Waiter(up)), "waiter"));
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["control-roundtrip", $"broker={broker.Address}", "cluster=bench"])
        {
            UseShellExecute = false, RedirectStandardInput = true,
        };
        using var other = Process.Start(start)!;
        var echo = engine.Cluster.Resolve(await up.Task, "/echo");
        var pinger = engine.Spawn(Props.Of(() => new Pinger(echo)), "pinger");
        var (ours, alone) = (new List<double>(), new List<double>());
        for (var block = -1; block < Blocks; block++) // the first one warms up
        {
            var round = new Round(count / Blocks, new(TaskCreationOptions.RunContinuationsAsynchronously));
            pinger.Tell(round);
            var (there, bareThere) = (await round.Done.Task, await bare.PingAsync(count / Blocks));
            if (block < 0)
                continue;
            ours.AddRange(there);
            alone.AddRange(bareThere);
        }

        other.StandardInput.Close();
        await other.WaitForExitAsync();
        var (p50, p99, least) = (Quantile(ours, 50), Quantile(ours, 99), Quantile(alone, 50));
        return Report.Print(
            $"control round trip, {Bytes} B, {ours.Count} of them: p50 {p50:F3} ms, p99 {p99:F3} ms; of RabbitMQ.Client alone p50 {least:F3} ms",
            new { P50Ms = p50, P99Ms = p99, ClientP50Ms = least, Messages = ours.Count });
    }

    private static double Quantile(List<double> values, int percent) => values.Order().ElementAt(values.Count * percent / 100);

    private static async Task<int> EchoAsync(Uri broker, string cluster)
    {
        await using var bare = await BareRoundtrip.OpenAsync(broker, "bare-b", "bare-a");
        await using var engine = await JoinAsync(broker, cluster, "b");
        engine.Spawn(Props.Of(() => new Echo()), "echo");
        await Task.Run(Console.In.ReadToEnd);
        return 0;
    }

    private static Task<RabbitEngine> JoinAsync(Uri broker, string cluster, string name) => RabbitEngine.JoinAsync(
        new EngineOptions { Node = new Node(name, 1, []) }, new RabbitOptions { Broker = broker, Cluster = cluster }, new NoBulk(), default);

    private sealed class NoBulk : IBulkPlane
    {
        public BundleReference Offer(TensorBundle bundle) => throw new NotSupportedException();

        public Task<TensorBundle> PullAsync(BundleReference reference, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Waiter(TaskCompletionSource<Node> up) : Actor
    {
        protected override void Receive(object message)
        {
            if (message is MemberUp(var node) && node != Context.Cluster.Self)
                up.TrySetResult(node);
        }
    }

    private sealed class Echo : Actor
    {
        protected override void Receive(object message) => Sender!.Tell(message, Self);
    }

    private sealed record Round(int Count, TaskCompletionSource<double[]> Done);

    /// <summary>The next one leaves when the last one is back; what is lost (the echo may not be there yet) is sent again after a second.</summary>
    private sealed class Pinger(IActorRef echo) : Actor
    {
        private readonly string message = new('x', Bytes);
        private readonly List<double> milliseconds = [];
        private Round round = null!;
        private long sent;

        protected override void Receive(object told)
        {
            if (told is Round next)
                round = next;
            else if (Sender is not null)
                milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            if (milliseconds.Count == round.Count)
            {
                Context.Cancel("lost");
                round.Done.SetResult([.. milliseconds]);
                milliseconds.Clear();
                return;
            }

            sent = Stopwatch.GetTimestamp();
            echo.Tell(message, Self);
            if (milliseconds.Count % 1_000 == 0)
                Context.Schedule("lost", TimeSpan.FromSeconds(1), "again");
        }
    }
}
