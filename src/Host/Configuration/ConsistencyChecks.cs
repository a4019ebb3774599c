using Kindred.Gpu.Contrastive;

namespace Kindred.Host.Configuration;

/// <summary>What doesn't go with a mode of consistency, and what one should know who leaves sync.</summary>
internal static class ConsistencyChecks
{
    public static string? Error(Settings settings, IReadOnlySet<string> given)
    {
        var mode = settings.Consistency.Mode;
        if (mode != ConsistencyMode.Async && given.Contains("staleness"))
            return $"staleness is for consistency=async, and this is consistency={ValueText.Format(mode)}";
        if (mode != ConsistencyMode.Local && given.FirstOrDefault(name => name.StartsWith("local.", StringComparison.Ordinal)) is { } local)
            return $"{local} is for consistency=local, and this is consistency={ValueText.Format(mode)}";
        return mode != ConsistencyMode.Sync && settings.Cluster.BitExact == true
            ? $"bit_exact=true is for consistency=sync: consistency={ValueText.Format(mode)} isn't" : null;
    }

    public static IEnumerable<string> Warnings(Settings settings, IReadOnlySet<string> given)
    {
        var (consistency, contrast, machine) = (settings.Consistency, settings.Contrast, settings.Machine);
        var (mode, workers) = (consistency.Mode, settings.Cluster.Workers ?? machine.Devices.Workers.Length);
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
