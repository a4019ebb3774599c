using System.Diagnostics;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Bench;

/// <summary>
/// What loss, detection and cancellation cost: alternating steps of the plain loss and of each mode over the same projections
/// [V, 256, 128].
/// Per step: median and least wall time, and processor time, which other programs on the machine disturb less.
/// </summary>
internal static class ContrastCost
{
    private const int Images = 256, Width = 128;

    public static int Run(KeyValueArguments arguments)
    {
        var rounds = arguments.TakeCount("rounds", 60);
        TorchExtra.SetThreads(arguments.TakeCount("threads", Environment.ProcessorCount));
        arguments.RequireEmpty("contrast-cost", "rounds", "threads");
        Console.WriteLine($"{"ms per step",-44} {"median",8} {"least",8} {"cpu",8}");
        foreach (var views in new[] { 2, 4 })
            Compare($"V={views} batch", new ContrastOptions(Views: 2, Support: views - 2), null, rounds);
        var bank = new ContrastOptions(Negatives: NegativeSource.Bank, Views: 2, Support: 0);
        Compare("V=2 bank 65536, z votes", bank, null, Math.Max(2, rounds / 10));
        Compare("V=2 bank 65536, EMA keys vote", bank, Projections(2, 9), Math.Max(2, rounds / 10));
        return 0;
    }

    private static void Compare(string name, ContrastOptions options, Tensor? keys, int rounds)
    {
        var modes = Enum.GetValues<CancelMode>();
        var z = Projections(options.AllViews, 1);
        var labels = Enumerable.Range(0, options.BankLength + Images).Select(i => i % 10).ToArray();
        var objectives = modes.Select(mode => Filled(options with { Mode = mode, Threshold = -1 }, labels)).ToArray();
        var (wall, cpu) = (modes.Select(_ => new List<double>()).ToArray(), new TimeSpan[modes.Length]);
        for (var round = -2; round < rounds; round++)
        {
            for (var m = 0; m < modes.Length; m++)
            {
                var (began, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                using var result = objectives[m].Compute(z, keys, Ids(0), 1000, Images, cancel: true, measure: false);
                if (round < 0)
                    continue;
                wall[m].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                cpu[m] += Environment.CpuUsage.TotalTime - used;
            }
        }

        for (var m = 0; m < modes.Length; m++)
        {
            wall[m].Sort();
            var perStep = cpu[m].TotalMilliseconds / rounds;
            Console.WriteLine($"{name + ", " + modes[m],-44} {wall[m][rounds / 2],8:F2} {wall[m][0],8:F2} {perStep,8:F2}");
            objectives[m].Dispose();
        }
    }

    private static Objective Filled(ContrastOptions options, int[] labels)
    {
        var objective = new Objective(options, labels, Width, CPU);
        for (var step = 1; options.UsesBank && (step - 1) * options.AllViews * Images < options.BankLength; step++)
        {
            using var keys = Projections(options.AllViews, step).transpose(0, 1).reshape(-1, Width);
            var ids = Ids(step).SelectMany(id => Enumerable.Repeat(id, options.AllViews)).ToArray();
            objective.Advance(new BankDelta(keys, ids, new int[ids.Length], step));
        }

        return objective;
    }

    private static long[] Ids(int step) => [.. Enumerable.Range(step * Images, Images).Select(i => (long)i)];

    private static Tensor Projections(int views, int seed)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var values = Enumerable.Range(0, views * Images * Width).Select(_ => random.NextSingle() + random.NextSingle() - 0.9f).ToArray();
        return nn.functional.normalize(tensor(values).view(views, Images, Width), dim: 2).MoveToOuterDisposeScope();
    }
}
