namespace Kindred.Host.Configuration;

[Group("Progress and telemetry")]
public sealed record TelemetrySettings
{
    [Key("progress.every", "time between progress lines where output isn't a terminal, as in \"10 s\"", Above = 0, Resumable = true)]
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromSeconds(5);

    [Key("telemetry.otlp", "send OpenTelemetry metrics and traces (a step's way through the actors) to this OTLP address, as in http://localhost:4317", Resumable = true)]
    public string? Otlp { get; init; }

    [Key("metrics.listen", "serve metrics for Prometheus at this address, as in 127.0.0.1:9464", Resumable = true)]
    public string? MetricsListen { get; init; }
}
