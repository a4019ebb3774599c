using Kindred.Host.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace Kindred.Host.Configuration;

/// <summary>Resolved settings, and what is worth a warning about them.</summary>
public sealed record LoadedSettings(Settings Settings, IReadOnlyList<string> Warnings)
{
    /// <summary>The keys that were written, in the file or on the command line.</summary>
    public IReadOnlySet<string> Given { get; init; } = new HashSet<string>();
}

/// <summary>Settings of a new run: defaults, then the preset, then cluster.hocon (or config=FILE), then the command line.</summary>
public static class SettingsLoader
{
    public const string FileName = "cluster.hocon";

    /// <param name="arguments">The command line's key=value arguments.</param>
    /// <param name="workingDirectory">Where cluster.hocon is looked for, and what relative paths start from.</param>
    /// <param name="machine">What defaults are derived from.</param>
    /// <exception cref="ConfigurationException">Anything wrong, with its place.</exception>
    public static LoadedSettings Load(KeyValueArguments arguments, string workingDirectory, MachineFacts machine)
    {
        var builder = new ConfigurationBuilder();
        var named = arguments.Take("config");
        var file = Path.GetFullPath(named ?? FileName, workingDirectory);
        if (named is not null || File.Exists(file)) builder.Add(new HoconConfigurationSource(file, machine.Environment));
        builder.AddInMemoryCollection(ConfigurationKeys(arguments.Values));

        var written = WrittenValues.Read(builder.Build());
        var preset = SettingsBinder.Bind(written).Run.Preset;
        var values = Presets.Values(preset).ToDictionary(pair => pair.Key, pair => new WrittenValue(pair.Value, ""));
        foreach (var (key, value) in written) values[key] = value;
        var settings = SettingsResolver.Resolve(SettingsBinder.Bind(values), Given(values), machine, workingDirectory);
        return new(settings, SettingsChecks.Check(settings, Given(written), machine)) { Given = Given(written) };
    }

    private static HashSet<string> Given(Dictionary<string, WrittenValue> values) =>
        values.Where(pair => pair.Value.Text.Length > 0).Select(pair => pair.Key).ToHashSet();

    private static IEnumerable<KeyValuePair<string, string?>> ConfigurationKeys(IReadOnlyDictionary<string, string> values) =>
        values.Select(pair => KeyValuePair.Create(pair.Key.Replace('.', ':'), (string?)pair.Value));
}
