using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

internal static class StatusCommand
{
    public static async Task<ExitCode> RunAsync(string run, CommandContext context)
    {
        var isSkipped = false;
        var directory = RunDirectory.OpenToRead(new PosixFiles(), run, skipped =>
        {
            isSkipped = true;
            context.Warn(skipped);
        });
        await CoordinatorStatus.WriteAsync(directory, context);
        var metrics = directory.ReadMetrics();
        var checkpoints = directory.Checkpoints.OnChain(directory.Terms.Chain());
        context.Output.WriteLine($"term {directory.Terms.NewestClaim()}");
        if (metrics.LastOrDefault(m => m.Event == "step") is { } step)
            context.Output.WriteLine($"step {step.At.Step}, epoch {step.Number("epoch")}, loss {step.Number("loss"):F4}, "
                + $"{step.Number("images_per_second"):F0} images/s, {step.Number("workers")} worker{(step.Number("workers") == 1 ? "" : "s")}");
        if (metrics.LastOrDefault(m => m.Event == "evaluation") is { } evaluation)
            context.Output.WriteLine($"kNN {evaluation.Number("knn_top1"):F4} at step {evaluation.At.Step}");
        context.Output.WriteLine(checkpoints.Count == 0 ? isSkipped ? "no checkpoint that can be used" : "no checkpoint yet" : $"newest checkpoint at step {checkpoints[0].Step}");
        return ExitCode.Done;
    }
}
