using System.Runtime.CompilerServices;

namespace Kindred.Data.Sampling;

/// <summary>
/// A counter-based random generator (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
/// draw n of a key is a pure function of (key, n). Every random choice in Kindred is keyed by what it is for, as in
/// <c>Keyed.For(Draw.Augment, seed, epoch, sample, view)</c>, so any machine can make it again and get the same bits.
/// </summary>
public struct Keyed
{
    private readonly uint key0, key1;
    private readonly uint stream0, stream1;
    private ulong counter;
    private ulong spare;
    private bool hasSpare;

    private Keyed(ulong key, ulong stream)
    {
        (key0, key1) = ((uint)key, (uint)(key >> 32));
        (stream0, stream1) = ((uint)stream, (uint)(stream >> 32));
    }

    /// <summary>The generator of one purpose and key; keys of different length or order are different generators.</summary>
    public static Keyed For(Draw purpose, params ReadOnlySpan<long> key)
    {
        ulong a = Mix(0x9E3779B97F4A7C15UL ^ (ulong)purpose), b = Mix(a ^ (ulong)key.Length);
        foreach (var part in key)
        {
            a = Mix(a ^ (ulong)part);
            b = Mix(b + a);
        }

        return new Keyed(a, b);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        if (hasSpare)
        {
            hasSpare = false;
            return spare;
        }

        var (first, second) = Philox(counter++);
        (spare, hasSpare) = (second, true);
        return first;
    }

    /// <summary>Uniform in [0, 1), with 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in 0 … bound − 1 (Lemire's multiply-shift; its bias of bound/2⁶⁴ is ignored). bound ≥ 1.</summary>
    public int NextBelow(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>Standard normal (Box–Muller, one value per two draws).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A uniformly drawn order of 0 … count − 1 (Fisher–Yates).</summary>
    public int[] NextPermutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = NextBelow(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private readonly (ulong First, ulong Second) Philox(ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = stream0, c3 = stream1, k0 = key0, k1 = key1;
        for (var round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)c0 * 0xD2511F53, p1 = (ulong)c2 * 0xCD9E8D57;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0 | (ulong)c1 << 32, c2 | (ulong)c3 << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}

/// <summary>What a keyed draw is for; part of its key. Values are part of a run's bits: never renumber.</summary>
public enum Draw
{
    Initialise = 1,
    Order = 2,
    Augment = 3,
    Negatives = 4,
    Mixup = 5,
    Synthetic = 6,
    Probe = 7,
    Simulation = 8,
    Holdout = 9,
}
