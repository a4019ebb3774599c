using Kindred.Host.Configuration;

namespace Kindred.Host.Cluster;

/// <summary>
/// The settings of a node of a run that exists: the run's own, and the node's keys as its own file and command line say. What a node is
/// told otherwise must be what the run was told.
/// </summary>
internal static class NodeSettings
{
    /// <exception cref="ConfigurationException">A key that was given differs from the run's; names both values.</exception>
    public static Settings Join(LoadedSettings own, string path, string text)
    {
        var run = SettingsFile.Parse(text, path);
        foreach (var key in Keys.All.Where(key => !key.OfNode && own.Given.Contains(key.Name)))
        {
            var (mine, theirs) = (Text(key, own.Settings), Text(key, run));
            if (mine != theirs)
                throw new ConfigurationException($"{key.Name}={mine} was given, but the run in {own.Settings.Run.Folder} has {key.Name}={theirs}");
        }

        foreach (var key in Keys.All.Where(key => key.OfNode && (own.Given.Contains(key.Name) || key.Get(own.Settings) is not null)))
            key.Set(run, key.Get(own.Settings));
        var machine = run.Machine;
        return machine.Devices.Workers.Length <= machine.Shards || own.Given.Contains("devices") ? run
            : run with { Machine = machine with { Devices = machine.Devices.First(machine.Shards) } };
    }

    private static string Text(Key key, Settings settings) => key.Get(settings) is { } value ? ValueText.Format(value) : "nothing";
}
