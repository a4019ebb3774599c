namespace Kindred.Host.Configuration;

/// <summary>What defaults are derived from.</summary>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="CpuHasBfloat16">The CPU multiplies bf16 in hardware (avx512_bf16 or amx_bf16).</param>
/// <param name="Gpus">CUDA devices that libtorch can use.</param>
/// <param name="Now">Local time, for the name of a run.</param>
/// <param name="Environment">Environment variables.</param>
public sealed record MachineFacts(int Cores, bool CpuHasBfloat16, int Gpus, DateTimeOffset Now, Func<string, string?> Environment)
{
    public static MachineFacts Probe(TimeProvider clock) => new(
        System.Environment.ProcessorCount,
        CpuFlags().Overlaps(["avx512_bf16", "amx_bf16"]),
        TorchProbe.Gpus(),
        clock.GetLocalNow(),
        System.Environment.GetEnvironmentVariable);

    /// <summary>The first processor's flags from /proc/cpuinfo; none where that can't be read.</summary>
    public static HashSet<string> CpuFlags(string path = "/proc/cpuinfo") =>
        !File.Exists(path) ? [] : File.ReadLines(path)
            .Where(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
            .Take(1).SelectMany(line =>
                line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet();
}
