using System.Diagnostics;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Gpu.Step;
using Kindred.Host.Chaos;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// A message of 100 bytes from an actor to one of another process and back, through the cluster's engine and a broker of its own. The
/// other process is this program with <c>broker=</c>; it ends when its input does.
/// </summary>
internal static class ControlRoundtrip
{
    private const int Bytes = 100;

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
        await using var engine = await JoinAsync(broker.Address, "bench", "a");
        var up = new TaskCompletionSource<Node>();
        engine.Cluster.Subscribe(engine.Spawn(Props.Of(() => new Waiter(up)), "waiter"));
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["control-roundtrip", $"broker={broker.Address}", "cluster=bench"])
        {
            UseShellExecute = false, RedirectStandardInput = true,
        };
        using var other = Process.Start(start)!;
        var echo = engine.Cluster.Resolve(await up.Task, "/echo");
        var done = new TaskCompletionSource<double[]>();
        engine.Spawn(Props.Of(() => new Pinger(echo, count, done)), "pinger").Tell("go");
        var sorted = (await done.Task).Skip(count / 10).Order().ToArray();
        other.StandardInput.Close();
        await other.WaitForExitAsync();
        var (p50, p99) = (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
        return Report.Print(
            $"control round trip, {Bytes} B, {sorted.Length} of them: p50 {p50:F3} ms, p99 {p99:F3} ms",
            new { P50Ms = p50, P99Ms = p99, Messages = sorted.Length });
    }

    private static async Task<int> EchoAsync(Uri broker, string cluster)
    {
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

    /// <summary>The next one leaves when the last one is back; what is lost (the echo may not be there yet) is sent again after a second.</summary>
    private sealed class Pinger(IActorRef echo, int count, TaskCompletionSource<double[]> done) : Actor
    {
        private readonly string message = new('x', Bytes);
        private readonly List<double> milliseconds = new(count);
        private long sent;

        protected override void Receive(object back)
        {
            if (Sender is not null)
                milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            if (milliseconds.Count == count)
            {
                Context.Cancel("lost");
                done.TrySetResult([.. milliseconds]);
                return;
            }

            sent = Stopwatch.GetTimestamp();
            echo.Tell(message, Self);
            if (milliseconds.Count % 1_000 == 0)
                Context.Schedule("lost", TimeSpan.FromSeconds(1), "go");
        }
    }
}
