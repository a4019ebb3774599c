using System.Globalization;
using Kindred.Host.Configuration;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Host.Commands;

/// <param name="Seed">Which faults happen, in which order.</param>
/// <param name="MeanTime">Between two of them.</param>
/// <param name="Out">Where the runs are kept; null: a new temporary folder.</param>
/// <param name="Given">Settings of the run, key=value; that there are such keys is checked, their values aren't.</param>
internal sealed record ChaosOptions(long Seed, TimeSpan MeanTime, string? Out, string[] Given)
{
    /// <summary>Keys that each node is given here.</summary>
    private static readonly string[] Own = ["name", "roles", "run", "devices", "overwrite", "cluster.broker", "cluster.listen"];

    /// <exception cref="ConfigurationException">A key that isn't one, or that chaos gives each node itself; another value.</exception>
    public static ChaosOptions Take(KeyValueArguments arguments)
    {
        var (seed, meanTime) = (ParseSeed(arguments.Take("chaos.seed") ?? "1"), ParseMeanTime(arguments.Take("mtbf") ?? "4 s"));
        var kept = arguments.Take("out");
        if (arguments.Values.Keys.FirstOrDefault(key => Own.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } own)
            throw new ConfigurationException($"chaos: {own} is not for you to give: each node gets its own");
        if (arguments.Values.Keys.FirstOrDefault(key => Keys.Find(key) is null) is { } unknown)
            throw Keys.Unknown(unknown, "chaos: ", [.. Keys.All.Select(key => key.Name), "chaos.seed", "mtbf", "out"], "'kindred chaos --help' helps");
        return new(seed, meanTime, kept, [.. arguments.Values.Select(pair => $"{pair.Key}={pair.Value}")]);
    }

    private static long ParseSeed(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new ConfigurationException($"chaos.seed={text} isn't a whole number");

    private static TimeSpan ParseMeanTime(string text)
    {
        try
        {
            return HoconUnits.ParseDuration(text) is var time && time > TimeSpan.Zero ? time
                : throw new ConfigurationException($"mtbf={text} must be more than 0 s");
        }
        catch (FormatException wrong)
        {
            throw new ConfigurationException($"mtbf: {wrong.Message}", wrong);
        }
    }
}
