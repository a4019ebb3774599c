using System.Text.Json;
using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Data.Formats;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Host.Training;

/// <summary>Run directories, as the commands open them.</summary>
internal static class RunStart
{
    /// <summary>The name in versions.json of the training data's fingerprint.</summary>
    public const string DataKey = "data";

    /// <summary>The machine's name, as coordinator.json has it.</summary>
    public static string Host => Environment.MachineName;

    /// <summary>The same of the protocol that the run's nodes speak; greater with each change of messages or files.</summary>
    public const string ProtocolKey = "protocol";

    public const string Protocol = "3";

    public static string Holder => $"process {Environment.ProcessId} on {Host}";

    /// <exception cref="RunStoreException">The folder holds a run, is in use here or on another machine, or can't be written.</exception>
    public static async Task<RunDirectory> CreateAsync(Settings settings, DataSplits data, CommandContext context)
    {
        if (settings.Run.Overwrite)
            await RefuseIfAliveAsync(settings, context);
        var written = SettingsFile.Format(settings with { Run = settings.Run with { Takeover = null } });
        return RunDirectory.Create(
            new PosixFiles(), settings.Run.Folder, Holder, written, TrainingRun.Versions(data), settings.Run.Overwrite, context.Warn);
    }

    /// <exception cref="RunStoreException">There is no run, or it is in use here or on another machine.</exception>
    /// <exception cref="DataException">The data isn't the one that the run began with.</exception>
    public static async Task<RunDirectory> ResumeAsync(Settings settings, DataSplits data, CommandContext context)
    {
        await RefuseIfAliveAsync(settings, context);
        var directory = RunDirectory.Open(new PosixFiles(), settings.Run.Folder, Holder, LockMode.Exclusive, context.Warn);
        try
        {
            RequireData(settings.Run.Folder, data);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private static Task RefuseIfAliveAsync(Settings settings, CommandContext context) => settings.Run.Takeover == true
        ? Task.CompletedTask
        : new LifeSigns(new PosixFiles(), settings.Run.Folder, Host, context.Clock).RefuseIfAnyAsync(context.Warn, context.Stop);

    /// <exception cref="DataException">The data isn't the one that the run began with.</exception>
    public static void RequireData(string run, DataSplits data)
    {
        if (Version(run, DataKey) != data.Train.Fingerprint)
            throw new DataException($"The training data ({data.Train.Name}, {data.Train.Count} images) isn't the one that {run} began with: give data.path=DIR of that one, or start a new run.");
    }

    /// <exception cref="ConfigurationException">The run's nodes speak another protocol.</exception>
    public static void RequireProtocol(string run)
    {
        if (Version(run, ProtocolKey) is { } theirs && theirs != Protocol)
            throw new ConfigurationException($"{run} is trained under protocol {theirs}, and this program speaks {Protocol}: take the version that made it on all nodes, or go on in one process (kindred resume {run})");
    }

    private static string? Version(string run, string key)
    {
        var path = RunDirectory.VersionsOf(run);
        try
        {
            using var versions = JsonDocument.Parse(File.ReadAllText(path));
            return versions.RootElement.TryGetProperty(key, out var value) ? value.GetString() : null;
        }
        catch (Exception damaged) when (damaged is IOException or JsonException or InvalidOperationException)
        {
            throw new RunStoreException($"{path} can't be read ({damaged.Message}): without it nobody knows whether the data is the run's; restore the file.", damaged);
        }
    }

    /// <summary>The newest checkpoint of a run that may be training meanwhile, or the best one on held-out images.</summary>
    /// <exception cref="RunStoreException">There is none.</exception>
    public static (Checkpoint Checkpoint, CheckpointStore Store) Find(string run, bool best, CommandContext context)
    {
        var directory = RunDirectory.OpenToRead(new PosixFiles(), run, context.Warn);
        var chain = directory.Terms.Chain();
        var found = best ? Best(directory, chain) : directory.Checkpoints.NewestValid(chain);
        return (found ?? throw new RunStoreException(best
            ? $"{run} has no best checkpoint: train with data.holdout=N to have one."
            : directory.ReadCommits().Count is > 0 and var steps
                ? $"{run} has no checkpoint, though it has committed {steps} of its steps. While it is trained, wait for the first (checkpoint.every), or `kindred stop {run}`; else put its checkpoints back, or train the steps again with `kindred resume {run}`."
                : $"{run} has no checkpoint yet."), directory.Checkpoints);
    }

    public static IReadOnlyList<SafeTensor> Read(this CheckpointStore store, Checkpoint checkpoint, string part)
    {
        using var file = store.OpenPart(checkpoint, part);
        return SafetensorsFile.Read(file).Tensors;
    }

    private static Checkpoint? Best(RunDirectory directory, TermChain chain) =>
        directory.Checkpoints.ReadBest(chain) is { } mark ? directory.Checkpoints.OnChain(chain).FirstOrDefault(c => c.At == mark.At) : null;
}
