using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// Time of a step under actors against a plain loop of the same calls on the same views: alternating blocks in one process, the
/// order within a pair alternating too. A block of the actors ends where the next one's first step would start, so neither side's
/// boundary leaves anything out; waking the worker and the measuring thread counts against the actors.
/// </summary>
internal static class ActorsCost
{
    private const double Bound = 1.025;

    public static int Run(KeyValueArguments arguments)
    {
        var (pairs, block, warmup) = (arguments.TakeCount("pairs", 60), arguments.TakeCount("block", 10), arguments.TakeCount("warmup", 2));
        StepParts.SetUpProcess();
        using var parts = new StepParts(arguments.Settings(StepParts.Defaults));
        using var plain = parts.Loop();
        using var actors = new GatedRun(parts, block, warmup + pairs);
        var blocks = Alternating.Measure(pairs, warmup, [actors.RunBlock, () => plain.Run(block)]);
        actors.Finish();

        var (ratio, processor) = (blocks.Ratio(0, 1, c => c.Wall), blocks.Ratio(0, 1, c => c.Processor));
        var (actorsCpu, plainCpu) = (blocks.Mean(0, c => c.Processor) / block, blocks.Mean(1, c => c.Processor) / block);
        return Report.Print(
            $"actors / plain loop: {ratio}, at most {Bound}: {ratio.AtMost(Bound)}; processor time per step {actorsCpu:F1} and {plainCpu:F1} ms, "
                + $"ratio {processor}",
            new
            {
                Bench = "actors-cost", Block = block, Time = ratio, Bound, Verdict = ratio.AtMost(Bound), Processor = processor,
                ActorsMsPerStep = blocks.Mean(0, c => c.Wall) / block, PlainMsPerStep = blocks.Mean(1, c => c.Wall) / block,
                ActorsProcessorMsPerStep = actorsCpu, PlainProcessorMsPerStep = plainCpu,
            });
    }
}
