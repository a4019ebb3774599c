using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// One per device: encodes the shards that it is leased, sends their projections to the keeper, and backpropagates what comes
/// back. At most <paramref name="graphs"/> ≥ 1 shards keep their activations; the others are encoded again when their
/// gradient arrives, with the same bits. Neighbours leased together are answered by their sum. With a <paramref name="staleness"/> above 0
/// (async) it may hold shards of so many steps beyond the next, and encodes one on parameters that lack at most so many commits; those
/// that arrive meanwhile are applied between two shards.
/// </summary>
public sealed partial class EncoderWorker(
    IEncoder encoder, ISum sums, EpochPlan plan, long lastStep, int graphs, CheckpointStore checkpoints, IActorRef coordinator, int staleness = 0)
    : WorkerActor(encoder, checkpoints, coordinator)
{
    private readonly SortedDictionary<(long Step, int Shard), ShardWork> work = [];
    private readonly ViewsAhead ahead = new();
    private long? waitingSince;
    private TimeSpan dataWait;
    private IExecutor? adder;

    protected override bool NeedsStateAsItIs => staleness > 0 && work.Values.Any(w => w.NeedsParameters);

    protected internal override void PreStart()
    {
        base.PreStart();
        adder = Context.Executor("sums");
    }

    protected internal override void PostStop()
    {
        base.PostStop();
        ahead.DropAllBut(null);
    }

    protected override void Handle(object message)
    {
        if (TakeRequest(message))
            return;
        switch (message)
        {
            case PullFailed:
                Coordinator.Tell(message, Self);
                break;
            case ShardLease lease when lease.Term == Term && IsOpen(lease.Step):
                Take(lease);
                break;
            case Views views:
                Take(views);
                break;
            case ProjectionGradients answer when IsOpen(answer.Step, answer.Shard, out var shard)
                && shard.Lease.Keeper.Equals(Sender) && answer.Round == Round(shard):
                shard.TakeProjectionGradient(answer.Bundle);
                break;
            case ProjectionGradients late:
                late.Bundle.Dispose();
                break;
            case ShardGradients sum:
                Coordinator.Tell(sum, Self);
                break;
        }
    }

    protected override void StartWork()
    {
        var mayHoldGraph = work.Values.Count(w => w.HoldsGraph) < graphs || TryDropGraph();
        if (work.Values.FirstOrDefault(w => w.CanBackpropagate && (w.HoldsGraph || mayHoldGraph)) is { } answered)
            Backpropagate(answered);
        else if (StateWorkWaits)
            return;
        else if (work.Values.FirstOrDefault(w => w.CanEncode && w.Lease.Step - 1 - Applied <= staleness) is { } next)
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
        Drop(upTo: long.MaxValue);
        ahead.DropAllBut(Head?.Step + 1);
    }

    protected override void DropCommitted()
    {
        if (staleness == 0)
            DropStep();
        else
            Drop(Head!.Value.Step);
    }

    private void Drop(long upTo)
    {
        foreach (var key in work.Keys.TakeWhile(k => k.Step <= upTo).ToArray())
        {
            work.Remove(key, out var shard);
            shard!.Dispose();
        }
    }

    private void Take(ShardLease lease)
    {
        if (work.TryGetValue((lease.Step, lease.Shard), out var known))
        {
            known.Lease = lease;
            Repeat(known);
            if (known.Encoded is null)
                RepeatBlocking(lease);
            return;
        }

        var shard = new ShardWork(lease);
        work.Add((lease.Step, lease.Shard), shard);
        if (!ahead.TryTake(lease.Step, lease.Shard, lease.Data, out var views))
            lease.Data.Tell(new ViewRequest(lease.Step, lease.Shard), Self);
        else if (views is not null)
            shard.TakeViews(views);
    }

    private void Take(Views views)
    {
        if (IsOpen(views.Step, views.Shard, out var shard))
            shard.TakeViews(views.Bundle);
        else if (ahead.TryKeep(views))
            encoder.Expect(views.Bundle);
        else
            views.Bundle.Dispose();
    }

    /// <summary>Asks for the same shard's views of the next step while this one's are being encoded: leases tend to stay with their worker.</summary>
    private void AskAhead(ShardLease lease)
    {
        if (staleness == 0 && lease.Step < lastStep && ahead.TryAsk(lease.Step + 1, lease.Shard, lease.Data))
            lease.Data.Tell(new ViewRequest(lease.Step + 1, lease.Shard), Self);
    }

    /// <summary>
    /// A repeated lease gets the same answers again, and while the worker is at it a sign of life; but none while projections
    /// that it sent are unanswered: it may be that they can't be pulled from here.
    /// </summary>
    private void Repeat(ShardWork shard)
    {
        var (lease, answer) = (shard.Lease, shard.Answer);
        if (shard.Encoded is { } encoded && !shard.OnDevice)
            SendProjections(shard, encoded);
        else if (shard.NeedsViews && !shard.OnDevice)
            lease.Data.Tell(new ViewRequest(lease.Step, lease.Shard), Self);
        if (answer is not null)
            Coordinator.Tell(answer with { Bundle = answer.Bundle.Share() }, Self);
        else if (shard.Encoded is null || shard.OnDevice || shard.ProjectionGradient is not null)
            Coordinator.Tell(new ShardAlive(lease.Term, lease.Step, lease.Shard, shard.NeedsViews && !shard.OnDevice), Self);
    }

    /// <summary>In async a shard that waits for its answer keeps commits, and so other shards, waiting: it may be another worker's by now, and nobody would ask again.</summary>
    private void RepeatBlocking(ShardLease lease)
    {
        foreach (var shard in work.Values.Where(w => staleness > 0 && w.NeedsParameters && w.ProjectionGradient is null && !w.OnDevice))
        {
            shard.Lease = shard.Lease with { Keeper = lease.Keeper };
            SendProjections(shard, shard.Encoded!);
        }
    }

    private void Encode(ShardWork shard, bool keepGraph)
    {
        using var span = ActorTelemetry.Start("encode", shard.Trace, Self.Path);
        if (waitingSince is { } since)
            dataWait += Context.Clock.GetElapsedTime(since);
        waitingSince = null;
        (shard.OnDevice, shard.Version) = (true, Applied);
        var views = shard.Views!;
        OnDevice(() => encoder.Encode(views, keepGraph), encoded =>
        {
            shard.OnDevice = false;
            shard.Encoded = encoded;
            if (!Dropped(shard))
                SendProjections(shard, encoded);
        });
        AskAhead(shard.Lease);
    }

    private void SendProjections(ShardWork shard, Encoded encoded) => shard.Lease.Keeper.Tell(
        new Projections(shard.Lease.Term, shard.Lease.Step, shard.Lease.Shard, encoded.Projections.Share(), Round(shard)), Self);

    private long Round(ShardWork shard) => staleness == 0 ? 0 : shard.Version;

    private void Backpropagate(ShardWork shard)
    {
        using var span = ActorTelemetry.Start("backpropagate", shard.Trace, Self.Path);
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
                shard.TakeAnswer(new ShardGradients(lease.Term, lease.Step, lease.Shard, sum, dataWait, lease.Step - 1 - shard.Version));
                dataWait = TimeSpan.Zero;
                if (!Dropped(shard))
                    Answer(shard);
            });
    }

    /// <summary>Whether the shard's step has ended while the device was at it; then nothing is left to do but let go.</summary>
    private static bool Dropped(ShardWork shard)
    {
        if (shard.Dropped)
            shard.Dispose();
        return shard.Dropped;
    }

    private bool IsOpen(long step) => Head is { } head && step > head.Step && step <= head.Step + 1 + staleness;

    private bool IsOpen(long step, int shard, out ShardWork found)
    {
        found = null!;
        return IsOpen(step) && work.TryGetValue((step, shard), out found!);
    }
}
