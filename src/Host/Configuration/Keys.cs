using System.Reflection;

namespace Kindred.Host.Configuration;

/// <summary>The table of all keys, in the order of help and of a written configuration.</summary>
public static class Keys
{
    public static IReadOnlyList<Key> All { get; } =
    [
        .. from part in typeof(Settings).GetProperties()
           where part.PropertyType.GetCustomAttribute<GroupAttribute>() is not null
           from property in part.PropertyType.GetProperties()
           let about = property.GetCustomAttribute<KeyAttribute>()
           where about is not null
           select new Key(part, property, about),
    ];

    /// <summary>Upper and lower case are the same, as in every .NET configuration.</summary>
    public static Key? Find(string name) => All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ConfigurationException">There is no such key; the message names the nearest.</exception>
    public static Key Require(string name, string origin) => Find(name) ?? throw Unknown(name, origin, All.Select(key => key.Name));

    internal static ConfigurationException Unknown(string name, string origin, IEnumerable<string> known, string help = "'kindred train --help' lists the keys") =>
        new($"{origin}unknown key '{name}'" +
            (Spelling.Nearest(name, known) is { } nearest ? $"; did you mean '{nearest}'?" : $"; {help}"));
}
