using System.Globalization;
using System.Text.Json.Serialization;

namespace Kindred.Actors.Protocol.Store;

/// <summary>A file of a checkpoint, as its writer reports it: part name, length in bytes, hexadecimal XxHash128 of its bytes.</summary>
public sealed record CheckpointPart(string Name, long Length, string Checksum);

/// <summary>The manifest of a checkpoint; its parts are those of one step.</summary>
public sealed record Checkpoint(int Term, long Step, IReadOnlyList<CheckpointPart> Parts)
{
    [JsonIgnore]
    public TermStep At => new(Term, Step);

    /// <summary>As in <c>t0003-s000001200</c>: the names of its files begin so.</summary>
    [JsonIgnore]
    public string Name => NameOf(At);

    public static string NameOf(TermStep at) => $"t{at.Term:D4}-s{at.Step:D9}";

    /// <summary>The term and step that a file's name begins with, or null.</summary>
    public static TermStep? Parse(string fileName)
    {
        var parts = fileName.Split('.')[0].Split("-s");
        return parts is [['t', .. var term], var step]
            && int.TryParse(term, NumberStyles.None, null, out var t) && long.TryParse(step, NumberStyles.None, null, out var s)
            ? new TermStep(t, s)
            : null;
    }
}

/// <summary>Which checkpoint was the best on the held-out images, by what and how much.</summary>
public sealed record BestMark(int Term, long Step, string Metric, double Value)
{
    [JsonIgnore]
    public TermStep At => new(Term, Step);
}
