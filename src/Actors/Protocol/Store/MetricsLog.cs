using System.Text;
using System.Text.Json;

namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// metrics.jsonl, written by the coordinator of the day and, after it has lost its term without knowing, by an older one too.
/// Every line is one write(2) at the end of the file; readers take only what counts (<see cref="Read"/>). Not thread-safe.
/// </summary>
public sealed class MetricsLog(IFiles files, string path)
{
    // The file may end in the middle of a line: a cluster node can't know (others may be writing), nor can one whose write failed.
    private bool endUnknown = true;

    /// <summary>Cuts a torn last line off. Only for a start that holds the run's lock exclusively.</summary>
    public void CutTornLine()
    {
        using (var stream = files.OpenRead(path))
        {
            if (stream is not null && EndOfLastLine(stream) is var end && end < stream.Length)
                files.Truncate(path, end);
        }

        endUnknown = false;
    }

    /// <summary>Appends one JSON object (a <see cref="MetricsLine"/>'s text).</summary>
    public void Append(string line)
    {
        if (line.Contains('\n', StringComparison.Ordinal))
            throw new ArgumentException("A metrics line is one line.", nameof(line));
        var bytes = Encoding.UTF8.GetBytes(endUnknown && EndsTorn() ? $"\n{line}\n" : $"{line}\n");
        endUnknown = true;
        files.Append(path, bytes);
        endUnknown = false;
    }

    /// <summary>
    /// The lines that count, in file order: (term, step) is on the chain, and of the lines of one event and step only the highest
    /// term's, of those the last. Torn and foreign lines are skipped.
    /// </summary>
    public static IReadOnlyList<MetricsEntry> Read(IFiles files, string path, TermChain chain)
    {
        var newest = new Dictionary<(string Event, long Step), (MetricsEntry Entry, int Line)>();
        foreach (var (number, entry) in OnChain(files, path, chain).Index())
        {
            var key = (entry.Event, entry.At.Step);
            if (!newest.TryGetValue(key, out var known) || entry.At.Term >= known.Entry.At.Term)
                newest[key] = (entry, number);
        }

        return [.. newest.Values.OrderBy(v => v.Line).Select(v => v.Entry)];
    }

    /// <summary>Every line whose (term, step) is on the chain, in file order, also where an event and step are there twice.</summary>
    public static IEnumerable<MetricsEntry> OnChain(IFiles files, string path, TermChain chain)
    {
        using var stream = files.OpenRead(path);
        if (stream is null)
            yield break;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            if (Parse(line) is { } entry && chain.Counts(entry.At))
                yield return entry;
    }

    private static MetricsEntry? Parse(string line)
    {
        try
        {
            var json = JsonElement.Parse(line);
            return json.ValueKind == JsonValueKind.Object
                && json.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String
                && json.TryGetProperty("term", out var term) && term.ValueKind == JsonValueKind.Number && term.TryGetInt32(out var t)
                && json.TryGetProperty("step", out var step) && step.ValueKind == JsonValueKind.Number && step.TryGetInt64(out var s)
                ? new MetricsEntry(name.GetString()!, new TermStep(t, s), json)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True also where it can't be known: an empty line more does no harm.</summary>
    private bool EndsTorn()
    {
        try
        {
            using var stream = files.OpenRead(path);
            if (stream is null or { Length: 0 })
                return false;
            stream.Position = stream.Length - 1;
            return stream.ReadByte() != '\n';
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static long EndOfLastLine(Stream stream)
    {
        var block = new byte[4096];
        for (var end = stream.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            var part = block.AsSpan(0, (int)(end - start));
            stream.Position = start;
            stream.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is var at and >= 0)
                return start + at + 1;
            end = start;
        }

        return 0;
    }
}

/// <summary>A line that counts.</summary>
public sealed record MetricsEntry(string Event, TermStep At, JsonElement Json)
{
    /// <summary>The number of that name; null where it is null, missing or no number.</summary>
    public double? Number(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
