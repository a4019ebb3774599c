using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kindred.Actors.Protocol.Store;

/// <summary>One object of metrics.jsonl: event, step, epoch and term first, then what the event adds, in that order.</summary>
/// <example><c>new MetricsLine("step", step, epoch, term).Add("loss", loss).Add("workers", 2).ToString()</c></example>
public sealed class MetricsLine(string @event, long step, int epoch, int term)
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject json = new() { ["event"] = @event, ["step"] = step, ["epoch"] = epoch, ["term"] = term };

    /// <summary>Written so that it reads back as the same double; null, NaN and infinities as null.</summary>
    public MetricsLine Add(string name, double? value) => With(name, value is { } number && double.IsFinite(number) ? number : null);

    public MetricsLine Add(string name, long value) => With(name, value);

    public MetricsLine Add(string name, bool value) => With(name, value);

    public MetricsLine Add(string name, string? value) => With(name, value);

    /// <summary>The object on one line, without a newline.</summary>
    public override string ToString() => json.ToJsonString(OneLine);

    private MetricsLine With(string name, JsonNode? value)
    {
        json.Add(name, value);
        return this;
    }
}
