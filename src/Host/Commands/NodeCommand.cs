using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <summary>One node of the cluster that trains a run; ends with the run, or leaves at SIGTERM.</summary>
internal static class NodeCommand
{
    public static async Task<ExitCode> RunAsync(KeyValueArguments arguments, CommandContext context)
    {
        var loaded = SettingsLoader.Load(arguments, context.WorkingDirectory, context.Machine);
        if (!loaded.Given.Contains("run"))
            throw new ConfigurationException("node: give run=FOLDER, the same one at every node");
        if (loaded.Settings.Run.Overwrite)
            throw new ConfigurationException("node: overwrite=true is for train; delete the folder while no node runs");
        NodeLinks.Check(loaded.Settings.Cluster);
        foreach (var warning in loaded.Warnings)
            context.Warn(warning);
        try
        {
            var stop = new StopRequest(loaded.Settings.Run.Folder);
            using var run = await ClusterRun.OpenAsync(loaded, context);
            context.Output.WriteLine(await ClusterNode.RunAsync(run, stop, context));
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            context.Output.WriteLine($"left before it had joined; the run is in {loaded.Settings.Run.Folder}");
        }

        return ExitCode.Done;
    }
}
