using System.Diagnostics;
using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>What a message costs on the local engine: throughput of Tell, latency of a round trip, a hop through an executor and back.</summary>
internal static class MessagingCost
{
    private const int Warmup = 20_000;

    public static int Run(KeyValueArguments arguments)
    {
        var count = arguments.TakeCount("messages", 1_000_000);
        arguments.RequireEmpty("messaging-cost", "messages");
        using var done = new ManualResetEventSlim();
        var engine = new LocalEngine(new EngineOptions());
        for (var round = 0; round < 3; round++)
            Throughput(engine, done, count, $"sink{round}");
        var sink = engine.Spawn(Props.Of(() => new Echo()), "echo");
        Latency(engine, done, "round trip between two actors", count / 5, () => new Pinger(sink, done, count / 5));
        Latency(engine, done, "hop to an executor and back  ", count / 20, () => new Hopper(done, count / 20));
        engine.StopAsync().Wait();
        return 0;
    }

    private static void Throughput(LocalEngine engine, ManualResetEventSlim done, int count, string name)
    {
        var sink = engine.Spawn(Props.Of(() => new Sink(done, count)) with { MailboxCapacity = count }, name);
        object message = "message";
        done.Reset();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            sink.Tell(message);
        done.Wait();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)count;
        Console.WriteLine($"tell, one sender and receiver    {count / seconds / 1e6:F2} M messages/s, {bytes:F1} bytes each");
    }

    private static void Latency(LocalEngine engine, ManualResetEventSlim done, string what, int count, Func<Timed> make)
    {
        done.Reset();
        Timed? actor = null;
        engine.Spawn(Props.Of(() => actor = make()), $"timed{count}").Tell("go");
        done.Wait();
        var samples = actor!.Microseconds.AsSpan(Math.Min(Warmup, count / 2)).ToArray();
        Array.Sort(samples);
        Console.WriteLine($"{what}    p50 {samples[samples.Length / 2]:F2} us, p99 {samples[samples.Length * 99 / 100]:F2} us");
    }

    private sealed class Sink(ManualResetEventSlim done, int count) : Actor
    {
        private int received;

        protected override void Receive(object message)
        {
            if (++received == count)
                done.Set();
        }
    }

    private sealed class Echo : Actor
    {
        protected override void Receive(object message) => Sender!.Tell(message, Self);
    }

    /// <summary>Sends, and times until its next message.</summary>
    private abstract class Timed(ManualResetEventSlim done, int count) : Actor
    {
        private int received;
        private long sent;

        internal double[] Microseconds { get; } = new double[count];

        protected abstract void Send();

        protected override void Receive(object message)
        {
            var now = Stopwatch.GetTimestamp();
            if (received > 0)
                Microseconds[received - 1] = Stopwatch.GetElapsedTime(sent, now).TotalMicroseconds;
            if (++received > count)
            {
                done.Set();
                return;
            }

            sent = Stopwatch.GetTimestamp();
            Send();
        }
    }

    private sealed class Pinger(IActorRef echo, ManualResetEventSlim done, int count) : Timed(done, count)
    {
        protected override void Send() => echo.Tell("ping", Self);
    }

    private sealed class Hopper(ManualResetEventSlim done, int count) : Timed(done, count)
    {
        protected override void Send() => Context.Run(Context.Executor("heavy"), () => "done", result => result, failure => failure);
    }
}
