using System.Diagnostics.Metrics;

namespace Kindred.Actors.Bulk;

/// <summary>OpenTelemetry instruments of all bulk planes in this process, meter "Kindred.Bulk"; they cost nothing while nobody listens.</summary>
internal static class BulkTelemetry
{
    private static readonly Meter Meter = new("Kindred.Bulk");

    internal static readonly Counter<long> Offered = Meter.CreateCounter<long>("kindred.bulk.offered", "By", "Bundles offered to other nodes.");

    internal static readonly Counter<long> Pulled = Meter.CreateCounter<long>("kindred.bulk.pulled", "By", "Bundles pulled from other nodes.");

    internal static readonly Counter<long> Failures = Meter.CreateCounter<long>("kindred.bulk.failures", "{pull}", "Pulls that failed.");

    internal static readonly Counter<long> Unconfirmed = Meter.CreateCounter<long>(
        "kindred.bulk.unconfirmed", "{pull}", "Bundles whose owner couldn't be told that they had come; it keeps them until their time is over.");

    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("kindred.bulk.pull.duration", "s", "Of a pull, from its turn on.");
}
