using Microsoft.Extensions.Configuration;

namespace Kindred.Host.Configuration.Hocon;

/// <summary>A HOCON file as a layer of a .NET configuration.</summary>
/// <param name="Path">The file; it must exist.</param>
/// <param name="Environment">Where substitutions look that the file doesn't define.</param>
public sealed record HoconConfigurationSource(string Path, Func<string, string?> Environment) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(this);
}

/// <summary>Keys are paths with colons, as everywhere in .NET: <c>fnc { topk = 4 }</c> is <c>fnc:topk</c>.</summary>
public sealed class HoconConfigurationProvider(HoconConfigurationSource source) : ConfigurationProvider
{
    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ConfigurationException">The file can't be read.</exception>
    public override void Load()
    {
        foreach (var leaf in HoconParser.Load(source.Path, source.Environment).Leaves())
        {
            var key = leaf.Path.Replace('.', ':');
            (Data[key], origins[key]) = (leaf.Text, leaf.Origin);
        }
    }

    /// <summary>Where a key's value stands, as in "cluster.hocon:3:5: ".</summary>
    public string OriginOf(string key) => origins.GetValueOrDefault(key, "");
}
