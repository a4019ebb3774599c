using Kindred.Gpu.Step;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// Time of a whole step with detection and cancellation over 2 + 2 views against one with the plain loss over 4 views: the same
/// encoder, the same prepared views, alternating blocks in one process.
/// </summary>
internal static class FncCost
{
    private const double Bound = 1.03;
    private static readonly string[] Modes = ["eliminate", "attract"];

    public static int Run(KeyValueArguments arguments)
    {
        var (pairs, block, warmup) = (arguments.TakeCount("pairs", 12), arguments.TakeCount("block", 2), arguments.TakeCount("warmup", 2));
        StepParts.SetUpProcess();
        using var simclr = new StepParts(arguments.Settings([.. StepParts.Defaults, "views=4"]));
        var fnc = Modes.Select(mode => new StepParts(arguments.Settings(
            [.. StepParts.Defaults, "method=fnc", "views=2", "fnc.support=2", "fnc.start=0", $"fnc.mode={mode}"]))).ToArray();
        var loops = fnc.Prepend(simclr).Select(parts => new PlainLoop(parts.Recipe.Encoder(parts.Device), parts.Recipe.Contrast(), new FlatSum(parts.Settings.Machine.Threads), simclr.Views)).ToArray();
        var blocks = Alternating.Measure(pairs, warmup, [.. loops.Select(loop => (Action)(() => loop.Run(block)))]);
        foreach (var part in loops.Concat<IDisposable>(fnc))
            part.Dispose();

        var ratios = Modes.Select((_, m) => blocks.Ratio(m + 1, 0, c => c.Wall)).ToArray();
        var lines = Modes.Select((mode, m) => $"{mode} / 4-view loss: {ratios[m]}, at most {Bound}: {ratios[m].AtMost(Bound)}");
        return Report.Print(
            string.Join('\n', lines),
            new
            {
                Bench = "fnc-cost", Block = block, Bound, PlainMsPerStep = blocks.Mean(0, c => c.Wall) / block,
                Modes = Modes.Select((mode, m) => new
                {
                    Mode = mode, Time = ratios[m], Verdict = ratios[m].AtMost(Bound), Processor = blocks.Ratio(m + 1, 0, c => c.Processor),
                    MsPerStep = blocks.Mean(m + 1, c => c.Wall) / block,
                }),
            });
    }
}
