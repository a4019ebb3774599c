using System.Diagnostics.Metrics;
using System.Text;

namespace Kindred.Host.Telemetry;

/// <summary>Collects the meters named Kindred.* and writes them in Prometheus' text format 0.0.4; histograms as their sum and
/// count.</summary>
public sealed class PrometheusText : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly SortedDictionary<string, Series> series = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    private sealed class Series(Instrument instrument)
    {
        public Instrument Instrument { get; } = instrument;
        public double Value { get; set; }
        public long Count { get; set; }
    }

    public PrometheusText()
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Name.StartsWith("Kindred.", StringComparison.Ordinal)) to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    /// <summary>All series as they are now.</summary>
    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (gate)
        {
            string? before = null;
            foreach (var (key, one) in series)
            {
                var (name, labels) = (NameOf(one.Instrument), key[key.IndexOf('{', StringComparison.Ordinal)..].Replace("{}", ""));
                if (name != before) text.Append($"# HELP {name} {one.Instrument.Description}\n# TYPE {name} {TypeOf(one.Instrument)}\n");
                before = name;
                var isHistogram = IsHistogram(one.Instrument);
                text.Append($"{name}{(isHistogram ? "_sum" : "")}{labels} {one.Value:R}\n");
                if (isHistogram) text.Append($"{name}_count{labels} {one.Count}\n");
            }
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (name, label) in tags) labels.Add($"{Plain(name)}=\"{Escaped(label?.ToString() ?? "")}\"");
        var key = $"{NameOf(instrument)}{{{string.Join(',', labels)}}}";
        lock (gate)
        {
            if (!series.TryGetValue(key, out var one)) series[key] = one = new(instrument);
            var absolute = instrument.IsObservable || instrument is Gauge<int> or Gauge<long> or Gauge<double>;
            one.Value = absolute ? value : one.Value + value;
            one.Count++;
        }
    }

    private static string NameOf(Instrument instrument) => Plain(instrument.Name) + (TypeOf(instrument) == "counter" ? "_total" : "");

    private static string TypeOf(Instrument instrument) => IsHistogram(instrument) ? "summary"
        : instrument.GetType().Name.Split('`')[0] is "Counter" or "ObservableCounter" ? "counter" : "gauge";

    private static bool IsHistogram(Instrument instrument) => instrument is Histogram<int> or Histogram<long> or Histogram<double>;

    private static string Plain(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    private static string Escaped(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
