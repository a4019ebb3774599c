using Kindred.Host.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kindred.Host.Telemetry;

/// <summary>Sends the meters and activity sources named Kindred.* to an OTLP collector while it lives; the rest goes out at the
/// end.</summary>
public sealed class OtlpExport : IDisposable
{
    private const string Ours = "Kindred.*";

    private readonly MeterProvider meters;
    private readonly TracerProvider traces;

    private OtlpExport(Uri address, string run)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("kindred", serviceInstanceId: run);
        void To(OtlpExporterOptions options) => options.Endpoint = address;
        meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Ours).AddOtlpExporter(To).Build();
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Ours).AddOtlpExporter(To).Build();
    }

    /// <returns>null where <c>telemetry.otlp</c> isn't set: then nothing listens, and instruments cost nothing.</returns>
    public static OtlpExport? Start(Settings settings) =>
        settings.Telemetry.Otlp is { } address ? new(new(address), settings.Run.Folder) : null;

    public void Dispose()
    {
        traces.Dispose();
        meters.Dispose();
    }
}
