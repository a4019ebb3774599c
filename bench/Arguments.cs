using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>A benchmark's own keys, taken from those of the run that it measures.</summary>
internal static class Arguments
{
    /// <exception cref="ConfigurationException">The value is no whole number from 1 up.</exception>
    public static int TakeCount(this KeyValueArguments arguments, string key, int otherwise) =>
        arguments.Take(key) is not { } text ? otherwise
        : int.TryParse(text, out var value) && value > 0 ? value
        : throw new ConfigurationException($"{key}={text}: a whole number from 1 up is expected");

    /// <summary>The settings of a run with <paramref name="defaults"/> where a key isn't given.</summary>
    public static Settings Settings(this KeyValueArguments arguments, params IEnumerable<string> defaults)
    {
        var all = new KeyValueArguments([.. defaults, .. arguments.Values.Select(pair => $"{pair.Key}={pair.Value}")]);
        return SettingsLoader.Load(all, Directory.GetCurrentDirectory(), MachineFacts.Probe(TimeProvider.System)).Settings;
    }
}
