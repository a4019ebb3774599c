using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;

namespace Kindred.Bench;

/// <summary>
/// A checkpoint a minute against none: the time for which snapshots keep the devices from the next step, and the processor time of
/// hashing and writing them beside it, over a minute.
/// </summary>
internal static class CheckpointCost
{
    private const double Minute = 60_000;

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
            var (blocked, writing, bytes) = (new double[rounds], new double[rounds], 0L);
            for (var round = 0; round < rounds; round++)
            {
                loop.Run(2);
                TensorBundle? model = null, bank = null;
                blocked[round] = Cost.Of(() => (model, bank) = loop.Snapshot()).Wall;
                using (model)
                using (bank)
                    writing[round] = Cost.Of(() => bytes = Write(store, new TermStep(1, round + 1), model!, bank!)).Processor;
            }

            Array.Sort(blocked);
            Array.Sort(writing);
            var (still, beside) = (blocked[rounds / 2], writing[rounds / 2]);
            return Report.Print(
                $"{bytes / 1e6:F1} MB: {still:F1} ms blocked, {beside:F1} ms of processor time beside the step (medians of {rounds}): {(still + beside) / Minute:P2} of a minute",
                new { Bench = "checkpoint-cost", Bytes = bytes, BlockedMs = still, ProcessorMs = beside, Share = (still + beside) / Minute });
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
        StateHash.Of(model); // workers' states are compared before the manifest
        store.WriteManifest(at, written);
        return written.Sum(part => part.Length);
    }
}
