namespace Kindred.Data.Sampling;

/// <summary>
/// Which sample is in which step and shard: a pure function of (seed, step). An epoch of N samples is n = ⌈N/B⌉ steps, step t of it
/// takes the places ⌊tN/n⌋ … ⌊(t+1)N/n⌋ − 1 of the epoch's order, and a step is cut into S shards likewise: sizes differ by at most
/// one and nothing is dropped. Epochs count from 0, steps from 1 through all epochs. Safe to call from any thread.
/// </summary>
public sealed class EpochPlan
{
    /// <summary>Contrast needs another image, and batch normalisation more than one row.</summary>
    private const int SmallestShard = 2;

    private readonly long seed;
    private readonly int samples, shards, batches;
    private readonly Lock gate = new();
    private readonly (int Epoch, int[] Order)[] recent = [(-1, []), (-1, [])]; // by parity: an epoch and its neighbour

    /// <param name="seed">The run's seed; with the epoch it draws the order.</param>
    /// <param name="samples">N, images in the training set.</param>
    /// <param name="batch">B, images per step, over all shards; at most N.</param>
    /// <param name="shards">S; every shard must get at least two images.</param>
    /// <exception cref="ArgumentException"><paramref name="batch"/> or <paramref name="shards"/> is not positive.</exception>
    /// <exception cref="DataException">The set is smaller than a batch, or a shard would be too small.</exception>
    public EpochPlan(long seed, int samples, int batch, int shards)
    {
        if (batch <= 0)
            throw new ArgumentException($"batch={batch} must be at least {SmallestShard}.", nameof(batch));
        if (shards <= 0)
            throw new ArgumentException($"shards={shards} must be at least 1.", nameof(shards));
        if (batch > samples)
            throw new DataException($"batch={batch} is larger than the training set of {samples} images: take a smaller batch.");
        (this.seed, this.samples, this.shards) = (seed, samples, shards);
        StepsPerEpoch = batches = (int)(((long)samples + batch - 1) / batch);
        var smallest = samples / StepsPerEpoch / shards;
        if (smallest < SmallestShard)
            throw new DataException($"batch={batch} over shards={shards} leaves a shard with {smallest} of {samples} images: "
                + $"every shard needs at least {SmallestShard}, so take a larger batch or fewer shards.");
    }

    private EpochPlan(EpochPlan whole, int stepsPerEpoch, int batches, int shards)
    {
        (seed, samples, this.shards) = (whole.seed, whole.samples, shards);
        (StepsPerEpoch, this.batches) = (stepsPerEpoch, batches);
    }

    public int StepsPerEpoch { get; }

    /// <summary>The same epochs with S times as many steps, each of one shard.</summary>
    public EpochPlan ByShard() => new(this, StepsPerEpoch * shards, StepsPerEpoch * shards, shards: 1);

    /// <summary>
    /// The same epochs in steps of several of this plan's steps, here called batches: at most <paramref name="most"/>, as evenly as
    /// can be, never across an epoch's end.
    /// </summary>
    public EpochPlan InRounds(int most) => new(this, (StepsPerEpoch + most - 1) / most, StepsPerEpoch, shards);

    /// <summary>The batches of a step, as steps of the plan that <see cref="InRounds"/> was called on; any other plan's step is one batch, itself.</summary>
    public (long First, int Count) Batches(long step)
    {
        var (epoch, index) = Locate(step);
        var (start, end) = Cut(batches, index, StepsPerEpoch);
        return ((long)epoch * batches + start + 1, end - start);
    }

    /// <summary>The epoch of a step (1, 2, …) and its place in the epoch, 0 … StepsPerEpoch − 1.</summary>
    public (int Epoch, int IndexInEpoch) Locate(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var (epoch, index) = Math.DivRem(step - 1, StepsPerEpoch);
        return (checked((int)epoch), (int)index);
    }

    /// <summary>The step's samples, in order: its shards one after the other.</summary>
    public ReadOnlyMemory<int> Batch(long step)
    {
        var (epoch, index) = Locate(step);
        var (first, last) = Cut(batches, index, StepsPerEpoch);
        return Order(epoch).AsMemory(Cut(samples, first, batches).Start..Cut(samples, last - 1, batches).End);
    }

    /// <summary>The samples of shard 0 … S − 1 of the step.</summary>
    public ReadOnlyMemory<int> Shard(long step, int shard)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shards);
        return Part(Batch(step), shard, shards);
    }

    private static ReadOnlyMemory<int> Part(ReadOnlyMemory<int> whole, int part, int parts)
    {
        var (start, end) = Cut(whole.Length, part, parts);
        return whole[start..end];
    }

    private static (int Start, int End) Cut(int whole, int part, int parts) =>
        ((int)((long)part * whole / parts), (int)((part + 1L) * whole / parts));

    private int[] Order(int epoch)
    {
        lock (gate)
        {
            ref var slot = ref recent[epoch & 1];
            if (slot.Epoch != epoch)
                slot = (epoch, Keyed.For(Draw.Order, seed, epoch).NextPermutation(samples));
            return slot.Order;
        }
    }
}
