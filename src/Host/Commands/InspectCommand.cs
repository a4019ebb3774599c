using System.Security.Cryptography;
using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class InspectCommand
{
    /// <summary>
    /// Step, configuration, and the SHA-256 of every part of the state: of name, type, shape and bytes, and of nothing that depends on
    /// when, where or by how many workers it was computed.
    /// </summary>
    public static Task<ExitCode> RunAsync(string run, CommandContext context)
    {
        RunSettingsReader.LoadAnywhere(run, context.Machine); // so that a damaged configuration isn't printed as if it were one
        while (true)
        {
            var (checkpoint, store) = RunStart.Find(run, best: false, context);
            try
            {
                var hashes = Hashes(checkpoint, store).ToList();
                context.Output.WriteLine($"step {checkpoint.Step}");
                context.Output.WriteLine(RunDirectory.ReadConfiguration(new PosixFiles(), run).TrimEnd());
                hashes.ForEach(context.Output.WriteLine);
                return Task.FromResult(ExitCode.Done);
            }
            catch (RunStoreException) when (RunStart.Find(run, best: false, context).Checkpoint.At != checkpoint.At)
            {
                continue; // the run goes on, and has deleted it
            }
        }
    }

    private static IEnumerable<string> Hashes(Checkpoint checkpoint, CheckpointStore store)
    {
        foreach (var part in new[] { CheckpointPart.Model, CheckpointPart.Keeper })
        {
            foreach (var tensor in store.Read(checkpoint, part).OrderBy(t => t.Name, StringComparer.Ordinal))
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{tensor.Name} {tensor.Dtype} [{string.Join(",", tensor.Shape)}]\n"));
                hash.AppendData(tensor.Data.Span);
                yield return $"sha256 {part}.{tensor.Name} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
            }
        }
    }
}
