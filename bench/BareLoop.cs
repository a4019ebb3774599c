using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>Images per second of a step's calls without actors, on fixed views: beside the peer's <c>--mode step</c>.</summary>
internal static class BareLoop
{
    public static int Run(KeyValueArguments arguments)
    {
        var (steps, warmup) = (arguments.TakeCount("steps", 60), arguments.TakeCount("warmup", 10));
        StepParts.SetUpProcess();
        using var parts = new StepParts(arguments.Settings(StepParts.Defaults));
        using var loop = parts.Loop();
        loop.Run(warmup);
        var times = new double[steps];
        var whole = Cost.Of(() =>
        {
            for (var i = 0; i < steps; i++)
                times[i] = Cost.Of(loop.Step).Wall;
        });
        Array.Sort(times);
        var settings = parts.Settings;
        var images = 1000.0 * settings.Optimization.Batch;
        var (median, mean, processor) = (images / times[steps / 2], images * steps / whole.Wall, whole.Processor / steps);
        return Report.Print(
            $"{settings.Model.Name}, batch {settings.Optimization.Batch}, {settings.Views} views: {median:F1} images/s (median), {mean:F1} (mean), "
                + $"{processor:F0} ms of processor time per step",
            new
            {
                Bench = "bare-loop", Model = settings.Model.Name, settings.Optimization.Batch, settings.Views, Steps = steps,
                ImagesPerSecondMedian = median, ImagesPerSecondMean = mean, ProcessorMsPerStep = processor,
            });
    }
}
