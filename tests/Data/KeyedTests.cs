using Kindred.Data.Sampling;

namespace Kindred.Tests.Data;

public sealed class KeyedTests
{
    /// <summary>Philox4x32-10 of Random123's kat_vectors: counter, key, result.</summary>
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void The_reference_has_the_published_answers(uint[] counter, uint[] key, uint[] expected) =>
        Assert.Equal(expected, Philox(counter, key));

    [Fact]
    public void Draws_are_the_reference_at_successive_counters()
    {
        long[] key = [-7, 3, 1L << 40];
        var keyed = Keyed.For(Draw.Augment, key);
        var (a, b) = Hash((ulong)Draw.Augment, key);
        for (uint block = 0; block < 100; block++)
        {
            var r = Philox([block, 0, (uint)b, (uint)(b >> 32)], [(uint)a, (uint)(a >> 32)]);
            Assert.Equal(r[0] | (ulong)r[1] << 32, keyed.NextUInt64());
            Assert.Equal(r[2] | (ulong)r[3] << 32, keyed.NextUInt64());
        }
    }

    [Fact]
    public void Different_keys_share_no_draw()
    {
        var seen = new HashSet<ulong>();
        for (var purpose = Draw.Initialise; purpose <= Draw.Holdout; purpose++)
        for (var seed = -2; seed < 3; seed++)
        for (var epoch = 0; epoch < 20; epoch++)
        {
            Assert.True(seen.Add(Keyed.For(purpose, seed, epoch).NextUInt64()));
            Assert.True(seen.Add(Keyed.For(purpose, seed, epoch, 0).NextUInt64()));
        }
    }

    [Fact]
    public void Uniform_draws_fill_their_bins()
    {
        const int Bins = 64, Draws = 200_000;
        var random = Keyed.For(Draw.Simulation, 1);
        var (doubles, integers) = (new int[Bins], new int[Bins]);
        for (var i = 0; i < Draws; i++)
        {
            doubles[(int)(random.NextDouble() * Bins)]++;
            integers[random.NextBelow(Bins)]++;
        }

        // χ² of 63 degrees of freedom exceeds 112 with probability 10⁻⁴; the key is fixed, so the figure is too.
        Assert.InRange(ChiSquare(doubles, Draws), 20, 112);
        Assert.InRange(ChiSquare(integers, Draws), 20, 112);
    }

    [Fact]
    public void Every_permutation_of_four_comes_alike_often()
    {
        const int Draws = 24_000;
        var random = Keyed.For(Draw.Simulation, 2);
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < Draws; i++)
        {
            var order = random.NextPermutation(4);
            var name = order.Aggregate(0, (sum, digit) => 10 * sum + digit);
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.InRange(ChiSquare([.. counts.Values], Draws), 5, 56); // 23 degrees of freedom
    }

    [Fact]
    public void Normal_draws_have_their_moments()
    {
        const int Draws = 200_000;
        var random = Keyed.For(Draw.Simulation, 3);
        var values = Enumerable.Range(0, Draws).Select(_ => random.NextNormal()).ToArray();
        Assert.Equal(0, values.Average(), 0.01);
        Assert.Equal(1, values.Average(v => v * v), 0.015);
        Assert.Equal(3, values.Average(v => v * v * v * v), 0.1);
    }

    private static double ChiSquare(int[] counts, int draws)
    {
        var expected = (double)draws / counts.Length;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    /// <summary>Salmon et al. 2011, section 4: ten rounds of two 32 × 32 bit products.</summary>
    private static uint[] Philox(uint[] counter, uint[] key)
    {
        var (c, k) = ((uint[])counter.Clone(), (uint[])key.Clone());
        for (var round = 0; round < 10; round++)
        {
            var high0 = Math.BigMul(0xD2511F53u, c[0]) >> 32;
            var high1 = Math.BigMul(0xCD9E8D57u, c[2]) >> 32;
            c = [(uint)high1 ^ c[1] ^ k[0], unchecked(0xCD9E8D57u * c[2]), (uint)high0 ^ c[3] ^ k[1], unchecked(0xD2511F53u * c[0])];
            k = [unchecked(k[0] + 0x9E3779B9u), unchecked(k[1] + 0xBB67AE85u)];
        }

        return c;
    }

    /// <summary>How a key becomes Philox's key and the upper half of its counter: SplitMix64's finaliser over the parts.</summary>
    private static (ulong A, ulong B) Hash(ulong purpose, long[] key)
    {
        static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return x ^ (x >> 31);
        }

        var a = Mix(0x9E3779B97F4A7C15UL ^ purpose);
        var b = Mix(a ^ (ulong)key.Length);
        foreach (var part in key)
            (a, b) = (Mix(a ^ (ulong)part), Mix(b + Mix(a ^ (ulong)part)));
        return (a, b);
    }
}
