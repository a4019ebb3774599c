using Kindred.Gpu.Contrastive;

namespace Kindred.Host.Configuration;

/// <summary>What one should know who leaves consistency=sync.</summary>
internal static class ConsistencyWarnings
{
    public static IEnumerable<string> Of(Settings settings, IReadOnlySet<string> given)
    {
        var (consistency, contrast, machine) = (settings.Consistency, settings.Contrast, settings.Machine);
        var (mode, workers) = (consistency.Mode, machine.Devices.Workers.Length);
        if (mode != ConsistencyMode.Async && given.Contains("staleness"))
            yield return "staleness does nothing without consistency=async";
        if (mode != ConsistencyMode.Local && given.FirstOrDefault(name => name.StartsWith("local.", StringComparison.Ordinal)) is { } idle)
            yield return $"{idle} does nothing without consistency=local";
        if (mode == ConsistencyMode.Sync)
            yield break;
        yield return $"consistency={ValueText.Format(mode)} is not bit-exact: " + (mode == ConsistencyMode.Async
            ? "the result depends on which worker is faster"
            : "it is not the result of sync, nor of another number of shards, though the same run again gives the same");
        if (machine.Shards > 1 && contrast.Negatives != NegativeSource.Bank)
            yield return $"consistency={ValueText.Format(mode)}: the batch's negatives are those of one shard, "
                + $"{settings.Optimization.Batch / machine.Shards} images; negatives=bank has more";
        if (mode == ConsistencyMode.Async && consistency.Staleness < workers - 1)
            yield return $"staleness={consistency.Staleness} keeps only {consistency.Staleness + 1} of {workers} workers busy";
        if (mode == ConsistencyMode.Local && given.Contains("graphs"))
            yield return "graphs does nothing with consistency=local: a worker trains one shard at a time";
    }
}
