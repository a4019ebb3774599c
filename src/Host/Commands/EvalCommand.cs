using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class EvalCommand
{
    public static Task<ExitCode> RunAsync(LoadedSettings loaded, CommandContext context)
    {
        var settings = loaded.Settings;
        var (checkpoint, store) = RunStart.Find(settings.Run.Folder, best: false, context);
        using var data = TrainingRun.OpenData(settings, context);
        using var evaluation = new Recipe(settings, data).Evaluation();
        var result = evaluation.Evaluate(store.Read(checkpoint, CheckpointPart.Model));
        context.Output.WriteLine($"step {checkpoint.Step}");
        if (result.KnnTop1 is { } knn)
            context.Output.WriteLine($"knn_top1 {knn:F4}");
        if (result.HoldoutTop1 is { } held)
            context.Output.WriteLine($"holdout_knn_top1 {held:F4}");
        context.Output.WriteLine($"spread {result.Spread:F4}");
        context.Output.WriteLine($"rank_me {result.RankMe:F2}");
        return Task.FromResult(ExitCode.Done);
    }
}
