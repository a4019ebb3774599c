using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Cluster;

/// <summary>A run as a node takes part in it.</summary>
internal sealed record ClusterRun(Settings Settings, DataSplits Data, RunDirectory Directory) : IDisposable
{
    private static readonly TimeSpan Making = TimeSpan.FromSeconds(30), Look = TimeSpan.FromSeconds(0.2);

    /// <summary>
    /// The run of a folder; where there is none yet, a node with the role coordinator makes it with its settings, under the folder's
    /// lock, and others wait for that.
    /// </summary>
    /// <exception cref="ConfigurationException">A key, or the protocol, differs from the run's.</exception>
    /// <exception cref="DataException">The data is another.</exception>
    /// <exception cref="RunStoreException">A process that isn't a node trains it.</exception>
    /// <exception cref="OperationCanceledException">SIGTERM came while it waited.</exception>
    public static async Task<ClusterRun> OpenAsync(LoadedSettings own, CommandContext context)
    {
        var (files, folder) = (new PosixFiles(), own.Settings.Run.Folder);
        if (!own.Settings.Cluster.RoleList.Contains("coordinator"))
            await UntilMadeAsync(folder, context);
        var (start, said) = (context.Clock.GetTimestamp(), false);
        while (true)
        {
            try
            {
                return File.Exists(RunDirectory.ConfigurationOf(folder)) ? Join(own, files, context) : Make(own, context);
            }
            catch (RunStoreException reason) when (context.Clock.GetElapsedTime(start) < Making) // another node may be making it
            {
                if (!said && context.Clock.GetElapsedTime(start) > Making / 10)
                {
                    said = true;
                    context.Output.WriteLine($"{reason.Message} Looked for again for {Making.TotalSeconds:F0} s, in case another node makes the run just now");
                }

                await Task.Delay(Look, context.Clock, context.Stop);
            }
        }
    }

    public void Dispose()
    {
        Directory.Dispose();
        Data.Dispose();
    }

    private static async Task UntilMadeAsync(string folder, CommandContext context)
    {
        if (File.Exists(RunDirectory.ConfigurationOf(folder)))
            return;
        context.Output.WriteLine($"waits for a node with the role coordinator to make {folder}");
        while (!File.Exists(RunDirectory.ConfigurationOf(folder)))
            await Task.Delay(Look, context.Clock, context.Stop);
    }

    private static ClusterRun Join(LoadedSettings own, PosixFiles files, CommandContext context)
    {
        var folder = own.Settings.Run.Folder;
        var settings = NodeSettings.Join(own, RunDirectory.ConfigurationOf(folder), RunDirectory.ReadConfiguration(files, folder));
        RunStart.RequireProtocol(folder);
        var directory = RunDirectory.Open(files, folder, RunStart.Holder, LockMode.Shared, context.Warn); // before data that may take long to open: from here on a stop is heard
        DataSplits? data = null;
        try
        {
            data = TrainingRun.OpenData(settings, context);
            RunStart.RequireData(folder, data);
            return new ClusterRun(settings, data, directory);
        }
        catch
        {
            data?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    private static ClusterRun Make(LoadedSettings own, CommandContext context)
    {
        var (settings, files) = (own.Settings, new PosixFiles());
        var data = TrainingRun.OpenData(settings, context);
        try
        {
            new Recipe(settings, data).Check(); // before a folder is made for a run that can't be
            var ofRun = SettingsFile.Format(settings with { Cluster = new() { Workers = settings.Cluster.Workers, BitExact = settings.Cluster.BitExact } });
            RunDirectory.Create(files, settings.Run.Folder, RunStart.Holder, ofRun, TrainingRun.Versions(data), overwrite: false, context.Warn).Dispose();
            return new ClusterRun(settings, data, RunDirectory.Open(files, settings.Run.Folder, RunStart.Holder, LockMode.Shared, context.Warn));
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }
}
