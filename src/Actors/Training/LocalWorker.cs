using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// A worker in consistency=local: trains each shard that it is leased over all batches of the step, one after the other, on a copy of
/// the state, and answers with how far the copy has come. A shard is a pure function of state and step here too: the keeper's bank
/// stays as it is until the commit.
/// </summary>
/// <param name="batches">Which samples make up a batch and its shards.</param>
/// <param name="rounds">Which batches make up a step (<see cref="EpochPlan.InRounds"/>).</param>
public sealed class LocalWorker(ILocalEncoder encoder, EpochPlan batches, EpochPlan rounds, CheckpointStore checkpoints, IActorRef coordinator)
    : WorkerActor(encoder, checkpoints, coordinator)
{
    private readonly SortedDictionary<int, LocalShard> leased = [];
    private LocalShard? current;
    private long? waitingSince;
    private TimeSpan dataWait;

    /// <summary>One shard after the other: the device has one copy of the state.</summary>
    private LocalShard? Current =>
        current is { Answer: null, Dropped: false } ? current : current = leased.Values.FirstOrDefault(s => s.Answer is null);

    protected override void Handle(object message)
    {
        if (TakeRequest(message))
            return;
        switch (message)
        {
            case PullFailed:
                Coordinator.Tell(message, Self);
                break;
            case ShardLease lease when lease.Term == Term && lease.Step == Head?.Step + 1:
                Take(lease);
                break;
            case Views views when Current is { } shard && shard.Lease.Shard == views.Shard:
                shard.TakeViews(views);
                break;
            case ProjectionGradients answer when Current is { } shard && shard.Expects(answer) && shard.Lease.Keeper.Equals(Sender):
                shard.ProjectionGradient = answer.Bundle;
                break;
            case ICarriesBundles unwanted:
                unwanted.Release();
                break;
        }
    }

    protected override void StartWork()
    {
        if (Current is not { OnDevice: false } shard)
            return;
        if (!shard.HasBegun)
            Begin(shard);
        else if (shard.Encoded is null && shard.Views is not null)
            Encode(shard);
        else if (shard.Encoded is null)
            waitingSince ??= Context.Clock.GetTimestamp();
        else if (shard.ProjectionGradient is not null)
            Advance(shard);
    }

    protected override void Apply(Commit commit) => encoder.Apply(commit.Sum!);

    protected override void Replay(IReadOnlyList<KeeperDelta> since)
    {
    }

    protected override void DropStep()
    {
        foreach (var shard in leased.Values)
            shard.Dispose();
        leased.Clear();
    }

    private void Take(ShardLease lease)
    {
        if (!leased.TryGetValue(lease.Shard, out var known))
        {
            leased.Add(lease.Shard, new LocalShard(lease, rounds.Batches(lease.Step)));
            return;
        }

        Repeat(known, lease);
        if (Current is { } before && before != known) // it may be another worker's by now, and nobody would ask for what it waits for
            Repeat(before, lease with { Shard = before.Lease.Shard });
    }

    /// <summary>
    /// Says what it can say again: the projections of every batch so far, for the keeper may be another one; and the answer, or a sign
    /// of life; but none while projections that it sent are unanswered: it may be that they can't be pulled from here.
    /// </summary>
    private void Repeat(LocalShard shard, ShardLease lease)
    {
        shard.Lease = lease;
        foreach (var (batch, projections) in shard.Learned)
            SendProjections(shard, batch, projections);
        if (shard.Answer is { } answer)
            Coordinator.Tell(answer with { Bundle = answer.Bundle.Share() }, Self);
        else if (shard.Encoded is null || shard.OnDevice || shard.ProjectionGradient is not null)
            Coordinator.Tell(new ShardAlive(lease.Term, lease.Step, lease.Shard, shard.HasBegun && shard.Views is null && shard.Encoded is null), Self);
        if (shard.Encoded is { } encoded && !shard.OnDevice)
            SendProjections(shard, shard.Batch, encoded.Projections);
        else if (shard.HasBegun && shard.Views is null && shard.Answer is null)
            AskForViews(shard, shard.Batch);
    }

    private void Begin(LocalShard shard)
    {
        shard.HasBegun = true;
        AskForViews(shard, shard.Batch);
        OnDevice(
            () =>
            {
                encoder.Begin(shard.Batch - 1);
                return shard;
            },
            _ => { });
    }

    private void Encode(LocalShard shard)
    {
        if (waitingSince is { } since)
            dataWait += Context.Clock.GetElapsedTime(since);
        waitingSince = null;
        shard.OnDevice = true;
        var views = shard.Views!;
        OnDevice(() => encoder.Encode(views, keepGraph: true), encoded =>
        {
            shard.TakeEncoded(encoded);
            if (!shard.Dropped)
                SendProjections(shard, shard.Batch, encoded.Projections);
        });
        if (shard.Batch < shard.LastBatch)
            AskForViews(shard, shard.Batch + 1);
    }

    private void Advance(LocalShard shard)
    {
        shard.OnDevice = true;
        var (lease, batch, encoded, gradient) = (shard.Lease, shard.Batch, shard.Encoded!, shard.ProjectionGradient!);
        OnDevice(
            () =>
            {
                using (var sum = encoder.Backward(encoded, gradient, 1))
                    encoder.Advance(sum);
                return batch == shard.LastBatch ? encoder.Outcome(Share(lease.Step, lease.Shard)) : null;
            },
            outcome =>
            {
                shard.TakeBatch(outcome is null ? null : new ShardGradients(lease.Term, lease.Step, lease.Shard, outcome, dataWait));
                if (outcome is null || shard.Dropped)
                    return;
                dataWait = TimeSpan.Zero;
                Coordinator.Tell(shard.Answer! with { Bundle = outcome.Share() }, Self);
            });
    }

    /// <summary>The part of the step's images that this shard trains on.</summary>
    private double Share(long step, int shard)
    {
        var (first, count) = rounds.Batches(step);
        var images = Enumerable.Range(0, count).Sum(i => batches.Shard(first + i, shard).Length);
        return (double)images / rounds.Batch(step).Length;
    }

    private void AskForViews(LocalShard shard, long batch) => shard.Lease.Data.Tell(new ViewRequest(batch, shard.Lease.Shard), Self);

    private void SendProjections(LocalShard shard, long batch, TensorBundle projections) => shard.Lease.Keeper.Tell(
        new Projections(shard.Lease.Term, shard.Lease.Step, shard.Lease.Shard, projections.Share(), batch), Self);
}
