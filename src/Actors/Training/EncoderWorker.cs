using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// One per device: encodes the shards that it is leased, sends their projections to the keeper, and backpropagates what comes
/// back. At most <paramref name="graphs"/> shards keep their activations (0: all); the others are encoded again when their
/// gradient arrives, with the same bits.
/// </summary>
public sealed class EncoderWorker(IEncoder encoder, EpochPlan plan, long lastStep, int graphs, CheckpointStore checkpoints, IActorRef coordinator)
    : ReplicaActor(encoder, Role.Worker, CheckpointPart.Model, checkpoints, coordinator)
{
    private readonly SortedDictionary<int, ShardWork> work = [];
    private readonly Dictionary<(long Step, int Shard), TensorBundle?> ahead = [];
    private long? waitingSince;
    private TimeSpan dataWait;

    protected override void Handle(object message)
    {
        switch (message)
        {
            case ShardLease lease when lease.Term == Term && lease.Step == Head?.Step + 1:
                Take(lease);
                break;
            case Views views:
                Take(views);
                break;
            case ProjectionGradients answer when IsOpen(answer.Step, answer.Shard, out var shard) && shard.Lease.Keeper.Equals(Sender):
                shard.TakeProjectionGradient(answer.Bundle);
                break;
            case ProjectionGradients late:
                late.Bundle.Dispose();
                break;
            case ShareState share when Head is { } head:
                OnState(encoder.Snapshot, copy => share.Newcomer.Tell(new TakeState(share.Term, new StateSource.FromPeer(head, copy)), Self));
                break;
            case EvaluateState request when request.At == Head:
                OnState(encoder.Snapshot, copy => request.Evaluator.Tell(new Evaluate(request.Term, request.At, copy), Self));
                break;
        }
    }

    protected override void StartWork()
    {
        var mayHoldGraph = graphs == 0 || work.Values.Count(w => w.HoldsGraph) < graphs || TryDropGraph();
        if (work.Values.FirstOrDefault(w => w.CanBackpropagate && (w.HoldsGraph || mayHoldGraph)) is { } answered)
            Backpropagate(answered);
        else if (work.Values.FirstOrDefault(w => w.CanEncode) is { } next)
            Encode(next, mayHoldGraph);
        else if (work.Values.Any(w => w.NeedsViews))
            waitingSince ??= Context.Clock.GetTimestamp();
    }

    /// <summary>
    /// A shard that was leased to another worker too may never be answered here: its graph gives way when those that are answered
    /// have none.
    /// </summary>
    private bool TryDropGraph()
    {
        if (!work.Values.Any(w => w.CanBackpropagate) || work.Values.Any(w => w.HoldsGraph && (w.CanBackpropagate || w.OnDevice)))
            return false;
        work.Values.Last(w => w.HoldsGraph).DropGraph();
        return true;
    }

    protected override void Apply(Commit commit) => encoder.Apply(commit.Sum!);

    protected override void Replay(IReadOnlyList<KeeperDelta> since)
    {
    }

    protected override void DropStep()
    {
        foreach (var shard in work.Values)
            shard.Dispose();
        work.Clear();
        foreach (var late in ahead.Keys.Where(k => k.Step != Head?.Step + 1).ToArray())
        {
            ahead.Remove(late, out var views);
            views?.Dispose();
        }
    }

    private void Take(ShardLease lease)
    {
        if (work.TryGetValue(lease.Shard, out var known))
        {
            known.Lease = lease;
            Repeat(known);
            return;
        }

        var shard = new ShardWork(lease);
        work.Add(lease.Shard, shard);
        if (!ahead.Remove((lease.Step, lease.Shard), out var views))
            lease.Data.Tell(new ViewRequest(lease.Step, lease.Shard), Self);
        else if (views is not null)
            shard.TakeViews(views);
    }

    private void Take(Views views)
    {
        if (IsOpen(views.Step, views.Shard, out var shard))
            shard.TakeViews(views.Bundle);
        else if (ahead.TryGetValue((views.Step, views.Shard), out var earlier) && earlier is null)
            ahead[(views.Step, views.Shard)] = views.Bundle;
        else
            views.Bundle.Dispose();
    }

    /// <summary>Asks for the same shard's views of the next step while this one's are being encoded: leases tend to stay with their worker.</summary>
    private void AskAhead(ShardLease lease)
    {
        var next = (lease.Step + 1, lease.Shard);
        if (lease.Step < lastStep && ahead.TryAdd(next, null))
            lease.Data.Tell(new ViewRequest(next.Item1, next.Shard), Self);
    }

    /// <summary>
    /// A repeated lease gets the same answers again, and while the worker is at it a sign of life; but none while projections
    /// that it sent are unanswered: it may be that they can't be pulled from here.
    /// </summary>
    private void Repeat(ShardWork shard)
    {
        var (lease, answer) = (shard.Lease, shard.Answer);
        if (shard.Encoded is { } encoded && !shard.OnDevice)
            lease.Keeper.Tell(new Projections(lease.Term, lease.Step, lease.Shard, encoded.Projections.Share()), Self);
        else if (shard.NeedsViews && !shard.OnDevice)
            lease.Data.Tell(new ViewRequest(lease.Step, lease.Shard), Self);
        if (answer is not null)
            Coordinator.Tell(answer with { Bundle = answer.Bundle.Share() }, Self);
        else if (shard.Encoded is null || shard.OnDevice || shard.ProjectionGradient is not null)
            Coordinator.Tell(new ShardAlive(lease.Term, lease.Step, lease.Shard), Self);
    }

    private void Encode(ShardWork shard, bool keepGraph)
    {
        if (waitingSince is { } since)
            dataWait += Context.Clock.GetElapsedTime(since);
        waitingSince = null;
        shard.OnDevice = true;
        var views = shard.Views!;
        OnDevice(() => encoder.Encode(views, keepGraph), encoded =>
        {
            shard.OnDevice = false;
            shard.TakeEncoded(encoded, keepViews: graphs > 0);
            if (Dropped(shard))
                return;
            var lease = shard.Lease;
            lease.Keeper.Tell(new Projections(lease.Term, lease.Step, lease.Shard, encoded.Projections.Share()), Self);
        });
        AskAhead(shard.Lease);
    }

    private void Backpropagate(ShardWork shard)
    {
        shard.OnDevice = true;
        var (lease, views, encoded, gradient) = (shard.Lease, shard.Views, shard.Encoded!, shard.ProjectionGradient!);
        var share = (double)plan.Shard(lease.Step, lease.Shard).Length / plan.Batch(lease.Step).Length;
        OnDevice(
            () =>
            {
                using var again = encoded.Graph is null ? encoder.Encode(views!, keepGraph: true) : null;
                return encoder.Backward(again ?? encoded, gradient, share);
            },
            sum =>
            {
                shard.OnDevice = false;
                shard.TakeAnswer(new ShardGradients(lease.Term, lease.Step, lease.Shard, sum, dataWait));
                dataWait = TimeSpan.Zero;
                if (!Dropped(shard))
                    Coordinator.Tell(shard.Answer! with { Bundle = sum.Share() }, Self);
            });
    }

    /// <summary>Whether the shard's step has ended while the device was at it; then nothing is left to do but let go.</summary>
    private static bool Dropped(ShardWork shard)
    {
        if (shard.Dropped)
            shard.Dispose();
        return shard.Dropped;
    }

    private bool IsOpen(long step, int shard, out ShardWork found)
    {
        found = null!;
        return step == Head?.Step + 1 && work.TryGetValue(shard, out found!);
    }
}
