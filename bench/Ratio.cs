namespace Kindred.Bench;

/// <summary>Geometric mean of the ratios of pairs, with a 95 % interval by Student's t on their logarithms.</summary>
internal sealed record Ratio(double Mean, double Low, double High, double Median, int Pairs)
{
    public static Ratio Of(IEnumerable<(double Value, double Base)> pairs)
    {
        var logs = pairs.Select(p => Math.Log(p.Value / p.Base)).Order().ToArray();
        var (n, mean) = (logs.Length, logs.Average());
        var error = n < 2 ? double.PositiveInfinity : Math.Sqrt(logs.Sum(x => (x - mean) * (x - mean)) / (n - 1) / n);
        var half = T(n - 1) * error;
        var median = (logs[(n - 1) / 2] + logs[n / 2]) / 2;
        return new(Math.Exp(mean), Math.Exp(mean - half), Math.Exp(mean + half), Math.Exp(median), n);
    }

    /// <summary>Whether the ratio is at most <paramref name="bound"/>: yes or no where the whole interval says so, else undecided.</summary>
    public string AtMost(double bound) => High <= bound ? "met" : Low > bound ? "not met" : "undecided";

    public override string ToString() => $"{Mean:F4} (95 %: {Low:F4} to {High:F4}; median {Median:F4}; {Pairs} pairs)";

    /// <summary>The 97.5 % point of Student's t, by Cornish and Fisher's expansion: to 0.5 % from 9 degrees of freedom up.</summary>
    private static double T(int freedom)
    {
        const double z = 1.959964;
        var (z3, z5) = (z * z * z, z * z * z * z * z);
        return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96.0 * freedom * freedom);
    }
}
