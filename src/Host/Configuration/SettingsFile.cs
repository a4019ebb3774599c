using System.Text;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Host.Configuration;

/// <summary>Resolved settings as HOCON that reads back to the same settings.</summary>
public static class SettingsFile
{
    public static string Format(Settings settings)
    {
        var text = new StringBuilder("# Everything this run was told, with defaults and what followed from the machine.\n");
        foreach (var group in Keys.All.GroupBy(key => key.Group))
        {
            text.Append($"\n# {group.Key}\n");
            foreach (var key in group)
            {
                if (key.Get(settings) is { } value) text.Append($"{key.Name} = {HoconText.Quote(ValueText.Format(value))}\n");
            }
        }

        return text.ToString();
    }

    /// <param name="text">HOCON.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ConfigurationException">It is no complete configuration.</exception>
    public static Settings Parse(string text, string name)
    {
        var values = HoconParser.Parse(text, name).Leaves().ToDictionary(
            leaf => Keys.Require(leaf.Path, leaf.Origin).Name, leaf => new WrittenValue(leaf.Text, leaf.Origin));
        var missing = Keys.All.FirstOrDefault(key => !values.ContainsKey(key.Name) && key.Get(new Settings()) is not null);
        return missing is null ? SettingsBinder.Bind(values)
            : throw new ConfigurationException($"{name}: the key '{missing.Name}' is missing");
    }
}
