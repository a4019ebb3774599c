using System.Globalization;
using Kindred.Host.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace Kindred.Host.Configuration;

/// <summary>What the providers of a configuration say, by key.</summary>
public static class WrittenValues
{
    /// <returns>Text and origin by canonical key; elements of an array are joined with commas.</returns>
    /// <exception cref="ConfigurationException">There is no such key.</exception>
    public static Dictionary<string, WrittenValue> Read(IConfigurationRoot configuration)
    {
        var values = new Dictionary<string, WrittenValue>();
        foreach (var (path, text) in configuration.AsEnumerable().OrderBy(pair => pair.Key, ConfigurationKeyComparer.Instance))
        {
            if (text is null) continue;
            var origin = OriginOf(configuration, path);
            var name = path.Replace(':', '.');
            if (ArrayOf(name) is { } array)
                values[array] = values.TryGetValue(array, out var first) ? first with { Text = $"{first.Text},{text}" } : new(text, origin);
            else values[Keys.Require(name, origin).Name] = new(text, origin);
        }

        return values;
    }

    /// <summary>The key whose element this is, as devices of devices.0.</summary>
    private static string? ArrayOf(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 && int.TryParse(name[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? Keys.Find(name[..dot])?.Name : null;
    }

    private static string OriginOf(IConfigurationRoot configuration, string path) =>
        configuration.Providers.Last(provider => provider.TryGet(path, out _)) is HoconConfigurationProvider hocon ? hocon.OriginOf(path)
            : "";
}
