using Kindred.Actors.Protocol.Store;

namespace Kindred.Host.Configuration;

/// <summary>Settings of a run that exists: those in its folder, and what the command line may change about where and how long it goes
/// on.</summary>
public static class RunSettingsReader
{
    /// <param name="run">The run's folder.</param>
    /// <param name="arguments">Only keys with <see cref="Key.Resumable"/>.</param>
    /// <param name="machine">Where it goes on.</param>
    /// <exception cref="RunStoreException">There is no run, or its configuration is damaged.</exception>
    /// <exception cref="ConfigurationException">An argument that a resumed run can't take, or that doesn't fit.</exception>
    public static LoadedSettings Load(string run, KeyValueArguments arguments, MachineFacts machine)
    {
        var settings = Read(run);
        var given = new HashSet<string>();
        foreach (var (name, text) in arguments.Values)
        {
            var key = Keys.Require(name, "");
            if (!key.Resumable)
                throw new ConfigurationException($"{key.Name} belongs to the run and can't be changed when it goes on");
            SettingsBinder.Set(settings, key, new(text, ""));
            given.Add(key.Name);
        }

        settings = settings with { Run = settings.Run with { Folder = run } };
        return new(settings, SettingsChecks.Check(settings, given, machine));
    }

    /// <summary>For looking at a run on any machine: where its GPUs aren't, on the CPU.</summary>
    /// <exception cref="RunStoreException">There is no run, or its configuration is damaged.</exception>
    public static Settings LoadAnywhere(string run, MachineFacts machine)
    {
        var settings = Read(run);
        return settings.Machine.Devices.AnyCuda && machine.Gpus == 0
            ? settings with { Machine = settings.Machine with { Devices = DeviceList.Cpu(1) } }
            : settings;
    }

    private static Settings Read(string run)
    {
        var path = RunDirectory.ConfigurationOf(run);
        var text = RunDirectory.ReadConfiguration(new PosixFiles(), run);
        try
        {
            return SettingsFile.Parse(text, path);
        }
        catch (ConfigurationException damaged)
        {
            throw new RunStoreException($"the run's configuration can't be read: {damaged.Message}", damaged);
        }
    }
}
