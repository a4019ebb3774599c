using System.Collections.Immutable;

namespace Kindred.Host.Configuration;

/// <summary>The device of each worker: <c>cpu</c> or <c>cuda:N</c>, one entry for each worker, in order.</summary>
public sealed class DeviceList : IEquatable<DeviceList>
{
    private const int MostWorkers = 1024;

    private DeviceList(IEnumerable<string> workers) => Workers = [.. workers];

    /// <summary>"cpu" or "cuda:N" for each worker.</summary>
    public ImmutableArray<string> Workers { get; }

    public bool AnyCuda => Workers.Any(device => device != "cpu");

    public static DeviceList Cpu(int workers) => new(Enumerable.Repeat("cpu", workers));

    public static DeviceList Cuda(int gpus) => new(Enumerable.Range(0, gpus).Select(gpu => $"cuda:{gpu}"));

    /// <exception cref="FormatException">The text is none of cpu, cuda, cuda:N, each with *N, separated by commas.</exception>
    public static DeviceList Parse(string text) => new(text.Split(',', StringSplitOptions.TrimEntries).SelectMany(ParseOne));

    private static IEnumerable<string> ParseOne(string text)
    {
        var parts = text.Split('*', StringSplitOptions.TrimEntries);
        var times = 1;
        var known = parts[0] is "cpu" or "cuda"
            || (parts[0].StartsWith("cuda:", StringComparison.Ordinal) && ushort.TryParse(parts[0][5..], out _));
        var counted = parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], out times) && times is >= 1 and <= MostWorkers);
        if (!known || !counted) throw new FormatException($"'{text}' is no device: write cpu, cpu*2, cuda:0, or several with commas");
        return Enumerable.Repeat(parts[0] == "cuda" ? "cuda:0" : parts[0], times);
    }

    public DeviceList First(int workers) => new(Workers[..workers]);

    public override string ToString()
    {
        var groups = new List<(string Device, int Times)>();
        foreach (var device in Workers)
        {
            if (groups.Count > 0 && groups[^1].Device == device) groups[^1] = (device, groups[^1].Times + 1);
            else groups.Add((device, 1));
        }

        return string.Join(',', groups.Select(group => group.Times == 1 ? group.Device : $"{group.Device}*{group.Times}"));
    }

    public bool Equals(DeviceList? other) => other is not null && Workers.AsSpan().SequenceEqual(other.Workers.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as DeviceList);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
