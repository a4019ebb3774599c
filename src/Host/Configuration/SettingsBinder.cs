namespace Kindred.Host.Configuration;

/// <summary>A value as it was written, and where, as in "cluster.hocon:12:3: "; empty for the command line.</summary>
public readonly record struct WrittenValue(string Text, string Origin);

/// <summary>Makes settings from written values.</summary>
public static class SettingsBinder
{
    /// <returns>Settings in which keys that aren't given have their initial value; derived ones are still to be filled in.</returns>
    /// <exception cref="ConfigurationException">An unknown key, or a text that is no value of its key.</exception>
    public static Settings Bind(IReadOnlyDictionary<string, WrittenValue> values)
    {
        var settings = new Settings();
        foreach (var (name, value) in values) Set(settings, Keys.Require(name, value.Origin), value);
        return settings;
    }

    /// <summary>Sets one key of settings that nobody else holds yet.</summary>
    internal static void Set(Settings settings, Key key, WrittenValue value)
    {
        try
        {
            key.Set(settings, key.Parse(value.Text));
        }
        catch (FormatException wrong)
        {
            throw new ConfigurationException($"{value.Origin}{key.Name}: {wrong.Message}", wrong);
        }
    }
}
