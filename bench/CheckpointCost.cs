using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// A checkpoint a minute against none: the time for which snapshots keep the devices from the next step, and the processor time of
/// writing them and deleting old ones beside it, over a minute. Where there are several workers, each takes one more and hashes it, to compare it with the others'.
/// </summary>
internal static class CheckpointCost
{
    private const double Minute = 60_000;
    private static readonly TermChain OneTerm = TermChain.Of([new StartRecord(1, 0, 0)]);

    public static int Run(KeyValueArguments arguments)
    {
        var (rounds, warmup) = (arguments.TakeCount("rounds", 20), arguments.TakeCount("warmup", 140));
        StepParts.SetUpProcess();
        using var parts = new StepParts(arguments.Settings([.. StepParts.Defaults, "negatives=bank"]));
        using var loop = parts.Loop();
        loop.Run(warmup); // until the bank is full
        var folder = Directory.CreateTempSubdirectory("kindred-checkpoints-");
        try
        {
            var store = new CheckpointStore(new PosixFiles(), folder.FullName, Console.Error.WriteLine);
            var (blocked, writing, hashing, bytes) = (new double[rounds], new double[rounds], new double[rounds], 0L);
            for (var round = 0; round < rounds; round++)
            {
                loop.Run(2);
                TensorBundle? model = null, bank = null;
                blocked[round] = Cost.Of(() => (model, bank) = loop.Snapshot()).Wall;
                using (model)
                using (bank)
                {
                    writing[round] = Cost.Of(() => bytes = Write(store, new TermStep(1, round + 1), model!, bank!)).Processor;
                    hashing[round] = Cost.Of(() => StateHash.Of(model!)).Processor;
                }
            }

            foreach (var times in (double[][])[blocked, writing, hashing])
                Array.Sort(times);
            var (still, beside, compare) = (blocked[rounds / 2], writing[rounds / 2], hashing[rounds / 2]);
            var (one, several) = ((still + beside) / Minute, (still + beside + still + compare) / Minute);
            return Report.Print(
                $"{bytes / 1e6:F1} MB: {still:F1} ms blocked, {beside:F1} ms of processor time beside the step (medians of {rounds}): {one:P2} of a minute; "
                    + $"at most {several:P2} where workers are compared (blocked again, {compare:F1} ms of hashing)",
                new { Bench = "checkpoint-cost", Bytes = bytes, BlockedMs = still, ProcessorMs = beside, HashingMs = compare, Share = one, ShareOfSeveral = several });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Write(CheckpointStore store, TermStep at, TensorBundle model, TensorBundle bank)
    {
        CheckpointPart[] written =
        [
            store.WritePart(at, CheckpointPart.Keeper, file => SafetensorsFile.Write(file, bank.Entries())),
            store.WritePart(at, CheckpointPart.Model, file => SafetensorsFile.Write(file, model.Entries())),
        ];
        store.WriteManifest(at, written);
        store.Prune(OneTerm, keep: 3, before: new TermStep(1, at.Step + 1));
        return written.Sum(part => part.Length);
    }
}
