using System.Collections.Concurrent;
using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Data.Folders;
using Kindred.Data.Formats;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class EmbedCommand
{
    /// <summary>Writes features [N, width] of a folder's images, in the ordinal order of their paths; NaN for a corrupt one.</summary>
    public static Task<ExitCode> RunAsync(string run, EmbedOptions options, CommandContext context)
    {
        var settings = RunSettingsReader.LoadAnywhere(run, context.Machine);
        var (checkpoint, store) = RunStart.Find(run, best: false, context);
        var without = new ConcurrentBag<CorruptImage>();
        var images = new DataOptions
        {
            Kind = DataKind.Folder, Path = Path.GetFullPath(options.DataPath, context.WorkingDirectory), MinSize = Recipe.LeastDecoded(settings),
            MaxCorrupt = options.MaxCorrupt,
        };
        using var data = ImageFolder.Open(images, without.Add);
        using var features = Recipe.Features(settings);
        features.Load(store.Read(checkpoint, CheckpointPart.Model), ema: false);
        using var all = features.Of(data);
        var rows = all.cpu().data<float>().ToArray();
        foreach (var corrupt in without.OrderBy(corrupt => corrupt.Sample))
        {
            rows.AsSpan(corrupt.Sample * (int)all.shape[1], (int)all.shape[1]).Fill(float.NaN);
            context.Warn($"{corrupt.Path} is corrupt ({corrupt.Reason}): row {corrupt.Sample} is NaN");
        }

        OutputFile.Write(options.Out, context, file =>
        {
            NpyFile.WriteHeader(file, all.shape[0], (int)all.shape[1]);
            NpyFile.WriteRows(file, rows);
        });
        context.Output.WriteLine($"step {checkpoint.Step}: {all.shape[0]} x {all.shape[1]} features, in the order of the files' paths: {options.Out}");
        return Task.FromResult(ExitCode.Done);
    }
}
