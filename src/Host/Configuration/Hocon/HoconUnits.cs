using System.Globalization;

namespace Kindred.Host.Configuration.Hocon;

/// <summary>Durations ("10 s") and sizes ("64 MiB") as HOCON writes them; a duration without a unit is in milliseconds, a size in
/// bytes.</summary>
public static class HoconUnits
{
    private static readonly (string Names, double Seconds)[] Durations =
    [
        ("ns nano nanos nanosecond nanoseconds", 1e-9), ("us micro micros microsecond microseconds", 1e-6),
        ("ms milli millis millisecond milliseconds", 1e-3), ("s second seconds", 1), ("m minute minutes", 60),
        ("h hour hours", 3600), ("d day days", 86_400),
    ];

    private const string Prefixes = "KMGTPE";

    /// <exception cref="FormatException">No number, an unknown unit, or a duration beyond what TimeSpan holds.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        var (number, unit) = Split(text);
        if (unit.Length == 0) unit = "ms";
        var known = Durations.FirstOrDefault(entry => entry.Names.Split(' ').Contains(unit));
        var seconds = number * known.Seconds;
        if (known.Names is null || Math.Abs(seconds) > TimeSpan.MaxValue.TotalSeconds / 2)
            throw new FormatException($"'{text}' is not a duration: write it as 500 ms, 10 s, 5 m, 2 h or 1 d");
        return TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
    }

    public static string FormatDuration(TimeSpan time) =>
        time.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{time.Ticks / TimeSpan.TicksPerSecond} s"
        : time.Ticks % TimeSpan.TicksPerMillisecond == 0 ? $"{time.Ticks / TimeSpan.TicksPerMillisecond} ms"
        : $"{time.Ticks * 100} ns";

    /// <summary>Bytes: powers of 1000 for kB, MB …, of 1024 for K, KiB, M, MiB …</summary>
    /// <exception cref="FormatException">No number, an unknown unit, or more than 2⁶³ − 1 bytes.</exception>
    public static long ParseBytes(string text)
    {
        var (number, unit) = Split(text);
        var power = unit.Length == 0 ? -1 : Prefixes.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal);
        var bytes = number * (power < 0
            ? (unit is "" or "B" or "b" or "byte" or "bytes" ? 1 : double.NaN)
            : unit[1..] switch { "B" => Math.Pow(1000, power + 1), "" or "i" or "iB" => Math.Pow(1024, power + 1), _ => double.NaN });
        return bytes is >= 0 and < long.MaxValue ? (long)bytes
            : throw new FormatException($"'{text}' is not a size: write it as 512 KiB, 64 MiB, 2 GiB or 10 MB");
    }

    private static (double Number, string Unit) Split(string text)
    {
        text = text.Trim();
        var end = text.Length;
        while (end > 0 && char.IsAsciiLetter(text[end - 1])) end--;
        return double.TryParse(text[..end].TrimEnd(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? (number, text[end..])
            : throw new FormatException($"'{text}' does not start with a number");
    }
}
