using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Trace = Kindred.Actors.Messaging.Trace;

namespace Kindred.Tests.Messaging;

public sealed class TelemetryTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Instruments_report_each_actor()
    {
        var name = $"measured{Guid.NewGuid():N}";
        var values = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ActorTelemetry.Name)
                self.EnableMeasurementEvents(instrument);
        };
        void Record(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags[0].Value is string path && path == "/" + name)
                values.AddOrUpdate(instrument, value, (_, sum) => sum + value);
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.Start();

        await using var engine = new LocalEngine(new EngineOptions { Clock = clock });
        var filled = new TaskCompletionSource();
        var actor = engine.Spawn(
            Script.Props((self, message) =>
            {
                if (message is "fail")
                    throw new InvalidOperationException("asked to fail");
                for (var i = 0; message is "fill" && i < 5; i++)
                    self.World.Self.Tell("waiting");
                listener.RecordObservableInstruments();
                if (message is "ping")
                {
                    self.Reply("pong");
                    return;
                }

                self.World.Stop(self.World.Self);
                filled.SetResult();
            }) with { MailboxCapacity = 3 },
            name);
        actor.Tell("fail");
        await actor.Ask<string>("ping", Long);
        actor.Tell("fill");
        await filled.Task;
        await engine.StopAsync();

        Assert.Equal(3, values["kindred.actors.mailbox.depth"]);
        Assert.Equal(3, values["kindred.actors.processed"]);
        Assert.Equal(1, values["kindred.actors.restarts"]);
        Assert.Equal(0, values["kindred.actors.ask.duration"]);
        Assert.Equal(5, values["kindred.actors.dead_letters"]);
    }

    [Fact]
    public async Task A_trace_follows_messages_and_work()
    {
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = any => any == source || any.Name == ActorTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using var engine = new LocalEngine(new EngineOptions { Clock = clock });
        ActivityTraceId? inWork = null;
        var second = engine.Spawn(Script.Props((self, message) => self.Reply(Activity.Current?.TraceId.ToString() ?? "none")), "second");
        var first = engine.Spawn(
            Script.Props((self, message) =>
            {
                if (message is "go")
                {
                    var asker = self.World.Sender!;
                    self.World.Run(
                        self.World.Executor("heavy"), () => inWork = Activity.Current?.TraceId, _ => asker, failure => failure);
                }
                else
                    second.Tell("go", (IActorRef)message);
            }),
            "first");

        Assert.Equal("none", await second.Ask<string>("untraced", Long));
        using var span = source.StartActivity("request")!;
        Assert.Equal(span.TraceId.ToString(), await first.Ask<string>("go", Long));
        Assert.Equal(span.TraceId, inWork);
    }

    [Fact]
    public async Task Failures_are_logged_and_dead_letters_once_a_second()
    {
        using var logs = new Lines();
        await using var engine = new LocalEngine(new EngineOptions { Clock = clock, Logs = logs });
        var actor = engine.Spawn(
            Script.Props((self, message) => self.Reply(message is string ? "pong" : throw new FormatException("bad"))), "failing");
        var nobody = engine.Cluster.Resolve(engine.Cluster.Self, "/nobody");
        nobody.Tell(1);
        nobody.Tell(2);
        nobody.Tell(3);
        clock.Advance(TimeSpan.FromSeconds(1));
        nobody.Tell(4);
        actor.Tell(5m);
        await actor.Ask<string>("ping", Long);

        Assert.Equal(2, logs.All.Count(line => line.Contains("Int32 to /nobody", StringComparison.Ordinal)));
        Assert.Contains(logs.All, line => line.Contains("2 others", StringComparison.Ordinal));
        Assert.Contains("/failing failed on Decimal: Restart", logs.All);
    }

    [Fact]
    public async Task An_executor_refuses_more_than_it_can_keep()
    {
        using var gate = new ManualResetEventSlim();
        var refusal = new TaskCompletionSource<string>();
        await using var engine = new LocalEngine(new EngineOptions { Clock = clock });
        engine.Spawn(
            Script.Props((self, message) =>
            {
                if (message is not "go")
                    return;
                try
                {
                    for (var i = 0; i < 5_000; i++)
                        self.World.Run(self.World.Executor("heavy"), () => { gate.Wait(); return 0; }, _ => "done", failure => failure);
                }
                catch (InvalidOperationException error)
                {
                    refusal.SetResult(error.Message);
                }
            }),
            "greedy").Tell("go");
        Assert.Contains("4096", await refusal.Task, StringComparison.Ordinal);
        gate.Set();
    }

    [Fact]
    public void What_fails_within_a_trace_leaves_no_trace_behind()
    {
        using var source = new ActivitySource($"failing{Guid.NewGuid():N}");
        using var listener = new ActivityListener();
        listener.ShouldListenTo = heard => heard == source;
        listener.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData;
        ActivitySource.AddActivityListener(listener);
        using var trace = new Trace(source, "step", "number", 1);
        Assert.Throws<FormatException>(() => trace.Within(() => throw new FormatException()));
        Assert.Null(Activity.Current);
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
