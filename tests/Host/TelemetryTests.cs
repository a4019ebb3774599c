using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Kindred.Host.Configuration;
using Kindred.Host.Telemetry;

namespace Kindred.Tests.Host;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Prometheus_reads_the_meters()
    {
        using var meter = new Meter("Kindred.TelemetryTests");
        var address = $"127.0.0.1:{FreePort()}";
        await using var endpoint = MetricsEndpoint.Start(new Settings { Telemetry = new() { MetricsListen = address } });
        var steps = meter.CreateCounter<long>("test.steps", description: "steps so far");
        steps.Add(2);
        steps.Add(3);
        meter.CreateObservableGauge("test.loss", () => 4.5, description: "loss of the newest step");
        meter.CreateHistogram<double>("test.wait").Record(0.5, new KeyValuePair<string, object?>("shard", "a\"b"));

        using var client = new HttpClient();
        var lines = (await client.GetStringAsync($"http://{address}/metrics")).Split('\n');
        Assert.Equal(["# HELP test_loss loss of the newest step", "# TYPE test_loss gauge", "test_loss 4.5"],
            lines.Where(line => line.Contains("test_loss")));
        Assert.Contains("# TYPE test_steps_total counter", lines);
        Assert.Contains("test_steps_total 5", lines);
        Assert.Contains("test_wait_sum{shard=\"a\\\"b\"} 0.5", lines);
        Assert.Contains("test_wait_count{shard=\"a\\\"b\"} 1", lines);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        var settings = new Settings { Telemetry = new() { MetricsListen = $"127.0.0.1:{FreePort()}" } };
        await using var first = MetricsEndpoint.Start(settings);
        Assert.Contains(settings.Telemetry.MetricsListen,
            Assert.Throws<ConfigurationException>(() => MetricsEndpoint.Start(settings)).Message);
    }

    [Fact]
    public void Nothing_listens_unless_asked()
    {
        Assert.Null(MetricsEndpoint.Start(new()));
        Assert.Null(OtlpExport.Start(new()));
    }

    /// <summary>A collector that hangs up after the first bytes, those of HTTP/2 (gRPC).</summary>
    [Fact]
    public async Task Otlp_goes_out_at_the_end()
    {
        using var meter = new Meter("Kindred.OtlpTests");
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        var export = OtlpExport.Start(new Settings { Telemetry = new() { Otlp = $"http://{collector.LocalEndpoint}" } })!;
        meter.CreateCounter<long>("test.sent").Add(1);
        var ended = Task.Run(export.Dispose);
        var first = new byte[14];
        using (var connection = await collector.AcceptTcpClientAsync()) await connection.GetStream().ReadExactlyAsync(first);
        collector.Stop();
        Assert.Equal("PRI * HTTP/2.0", System.Text.Encoding.ASCII.GetString(first));
        await ended;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
