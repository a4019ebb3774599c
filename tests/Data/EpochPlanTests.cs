using FsCheck;
using FsCheck.Fluent;
using Kindred.Data;
using Kindred.Data.Sampling;

namespace Kindred.Tests.Data;

public sealed class EpochPlanTests
{
    private static readonly Arbitrary<(int Samples, int Batch, int Shards, int Epoch)> Plans = (
        from samples in Gen.Choose(2, 700)
        from shards in Gen.Choose(1, 5)
        from batch in Gen.Choose(2, samples)
        from epoch in Gen.Choose(0, 3)
        where samples / ((samples + batch - 1) / batch) / shards >= 2
        select (samples, batch, shards, epoch)).ToArbitrary();

    [Fact]
    public void Every_sample_is_in_every_epoch_once() => Check.QuickThrowOnFailure(Prop.ForAll(Plans, p =>
    {
        var plan = new EpochPlan(1, p.Samples, p.Batch, p.Shards);
        var seen = Steps(plan, p.Epoch).SelectMany(step => Shards(plan, step, p.Shards)).SelectMany(shard => shard).Order();
        return seen.SequenceEqual(Enumerable.Range(0, p.Samples));
    }));

    [Fact]
    public void By_shard_every_sample_is_in_every_epoch_once_too() => Check.QuickThrowOnFailure(Prop.ForAll(Plans, p =>
    {
        var (whole, plan) = (new EpochPlan(1, p.Samples, p.Batch, p.Shards), new EpochPlan(1, p.Samples, p.Batch, p.Shards).ByShard());
        var sizes = Steps(plan, p.Epoch).Select(step => plan.Batch(step).Length).ToArray();
        return plan.StepsPerEpoch == whole.StepsPerEpoch * p.Shards && sizes.Max() - sizes.Min() <= 1 && sizes.Min() >= 2
            && Steps(plan, p.Epoch).SelectMany(step => plan.Shard(step, 0).ToArray()).Order().SequenceEqual(Enumerable.Range(0, p.Samples));
    }));

    [Fact]
    public void Rounds_are_the_same_batches_in_at_most_so_many_and_never_across_an_epochs_end() => Check.QuickThrowOnFailure(
        Prop.ForAll(Plans, Gen.Choose(1, 9).ToArbitrary(), (p, most) =>
        {
            var batches = new EpochPlan(1, p.Samples, p.Batch, p.Shards);
            var rounds = batches.InRounds(most);
            var parts = Steps(rounds, p.Epoch).Select(rounds.Batches).ToArray();
            var numbers = parts.SelectMany(r => Enumerable.Range(0, r.Count).Select(i => r.First + i));
            return rounds.StepsPerEpoch == (batches.StepsPerEpoch + most - 1) / most
                && numbers.SequenceEqual(Steps(batches, p.Epoch))
                && parts.All(r => r.Count >= 1 && r.Count <= most) && parts.Max(r => r.Count) - parts.Min(r => r.Count) <= 1
                && Steps(rounds, p.Epoch).All(step => rounds.Batch(step).ToArray().SequenceEqual(Enumerable
                    .Range(0, rounds.Batches(step).Count).SelectMany(i => batches.Batch(rounds.Batches(step).First + i).ToArray())));
        }));

    [Fact]
    public void Steps_and_shards_differ_by_at_most_one() => Check.QuickThrowOnFailure(Prop.ForAll(Plans, p =>
    {
        var plan = new EpochPlan(1, p.Samples, p.Batch, p.Shards);
        var steps = Steps(plan, p.Epoch).Select(step => plan.Batch(step).Length).ToArray();
        var shards = Steps(plan, p.Epoch).Select(step => Shards(plan, step, p.Shards).Select(shard => shard.Length).ToArray());
        return plan.StepsPerEpoch == (p.Samples + p.Batch - 1) / p.Batch && steps.Max() <= p.Batch && steps.Max() - steps.Min() <= 1
            && shards.All(sizes => sizes.Max() - sizes.Min() <= 1 && sizes.Min() >= 2);
    }));

    [Fact]
    public void Any_worker_at_any_time_sees_the_same_shard() => Check.QuickThrowOnFailure(Prop.ForAll(Plans, p =>
    {
        var (first, other) = (new EpochPlan(5, p.Samples, p.Batch, p.Shards), new EpochPlan(5, p.Samples, p.Batch, p.Shards));
        var forward = Steps(first, p.Epoch).Select(step => first.Shard(step, 0).ToArray()).ToArray();
        other.Batch(10L * other.StepsPerEpoch); // another epoch first, then this one from its end
        var backward = Steps(other, p.Epoch).Reverse().Select(step => other.Shard(step, 0).ToArray()).Reverse().ToArray();
        return forward.Zip(backward).All(pair => pair.First.SequenceEqual(pair.Second));
    }));

    [Fact]
    public void A_batch_is_its_shards_one_after_the_other()
    {
        var plan = new EpochPlan(1, 103, 25, 3);
        for (var step = 1; step <= 2 * plan.StepsPerEpoch; step++)
            Assert.Equal(plan.Batch(step).ToArray(), Shards(plan, step, 3).SelectMany(s => s));
    }

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own()
    {
        int[] Epoch(long seed, int epoch)
        {
            var plan = new EpochPlan(seed, 100, 50, 1);
            return [.. Steps(plan, epoch).SelectMany(step => plan.Batch(step).ToArray())];
        }

        Assert.NotEqual(Epoch(1, 0), Epoch(1, 1));
        Assert.NotEqual(Epoch(1, 0), Epoch(2, 0));
        Assert.NotEqual(Enumerable.Range(0, 100), Epoch(1, 0));
        Assert.Equal(Epoch(1, 1), Epoch(1, 1));
    }

    [Fact]
    public void Steps_count_from_one_and_epochs_from_zero()
    {
        var plan = new EpochPlan(1, 10, 4, 1);
        Assert.Equal([(0, 0), (0, 1), (0, 2), (1, 0)], new long[] { 1, 2, 3, 4 }.Select(plan.Locate));
        Assert.Equal((1_000_000_000, 2), plan.Locate(3_000_000_003));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Locate(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Shard(1, 1));
    }

    [Theory]
    [InlineData(100, 101, 1, "batch=101 is larger than the training set of 100 images")]
    [InlineData(100, 8, 8, "leaves a shard with 0 of 100 images")]
    [InlineData(100, 5, 3, "leaves a shard with 1")]
    public void A_plan_that_cannot_be_cut_says_why(int samples, int batch, int shards, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => new EpochPlan(1, samples, batch, shards)).Message);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-256, 1)]
    [InlineData(10, 0)]
    public void Sizes_must_be_positive(int batch, int shards) =>
        Assert.Throws<ArgumentException>(() => new EpochPlan(1, 100, batch, shards));

    private static IEnumerable<long> Steps(EpochPlan plan, int epoch) =>
        Enumerable.Range(1, plan.StepsPerEpoch).Select(t => (long)epoch * plan.StepsPerEpoch + t);

    private static IEnumerable<int[]> Shards(EpochPlan plan, long step, int shards) =>
        Enumerable.Range(0, shards).Select(shard => plan.Shard(step, shard).ToArray());
}
