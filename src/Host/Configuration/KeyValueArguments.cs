namespace Kindred.Host.Configuration;

/// <summary>
/// The <c>key=value</c> arguments of a command line; of a key that is given twice the last counts. A value that begins with <c>~/</c> is
/// below the home folder: most shells expand that only where a word begins with it.
/// </summary>
public sealed class KeyValueArguments
{
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ConfigurationException">An argument without <c>=</c>, or without a key.</exception>
    public KeyValueArguments(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new ConfigurationException($"'{argument}' is not understood: settings are written key=value, as in batch=256");
            values[argument[..equals].TrimStart('-')] = UnderHome(argument[(equals + 1)..]);
        }
    }

    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>The value of a key, which is removed; null where it isn't given.</summary>
    public string? Take(string key) => values.Remove(key, out var value) ? value : null;

    private static string UnderHome(string value)
    {
        if (!value.StartsWith("~/", StringComparison.Ordinal))
            return value;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0 ? home + value[1..] : throw new ConfigurationException($"{value}: this user has no home folder; name the whole path");
    }

    /// <exception cref="ConfigurationException">There is a key that nobody took.</exception>
    public void RequireEmpty(string command, params IEnumerable<string> known)
    {
        if (values.Keys.FirstOrDefault() is { } unknown) throw Keys.Unknown(unknown, $"{command}: ", known, $"'kindred {command} --help' helps");
    }
}
