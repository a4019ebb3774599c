using System.Diagnostics;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// The only place that knows what a negative is: collects the step's projections, detects false negatives, and answers with
/// dL/dz. What it holds of a step it holds until it commits, to send it again. It advances its bank once it knows that the commit
/// counts, by a worker's projections of the next step or the coordinator's word: should the coordinator be lost before any worker
/// applied the commit, the keeper isn't ahead of them. With a <paramref name="staleness"/> above 0 (async) it answers shards of so
/// many steps beyond the next, each with the bank that it has; with <paramref name="rounds"/> (local) a step has several batches.
/// </summary>
public sealed class SupportSetKeeper(
    IContrast contrast, int shards, CheckpointStore checkpoints, IActorRef coordinator, int staleness = 0, EpochPlan? rounds = null)
    : ReplicaActor(contrast, Role.Keeper, CheckpointPart.Keeper, checkpoints, coordinator)
{
    private readonly SortedDictionary<(long Step, long Round, int Shard), HeldShard> held = [];
    private readonly List<(Projections Message, IActorRef Worker, ActivityContext Trace)> early = [];
    private readonly HashSet<long> deltasSent = [];
    private Commit? pending;

    protected override TermStep? Next =>
        Head is null ? null : pending is { } commit ? new TermStep(commit.Term, commit.Step) : deltasSent.Contains(OpenStep) ? new TermStep(Term, OpenStep) : null;

    private long OpenStep => Head!.Value.Step + 1;

    protected override void Handle(object message)
    {
        if (message is PullFailed)
            Coordinator.Tell(message, Self);
        if (message is not Projections projections)
            return;
        if (projections.Term == Term && StepsOf(projections) >= Next?.Step)
            Settle();
        if (Head is null || projections.Step > OpenStep + staleness)
            HoldEarly(projections, Sender!);
        else if (projections.Step > (pending?.Step ?? Head.Value.Step))
            Take(projections, Sender!, ActorTelemetry.Current);
        else
            projections.Bundle.Dispose();
    }

    protected override void StartWork()
    {
        foreach (var (message, worker, trace) in early.Where(e => e.Message.Step <= OpenStep + staleness).ToArray())
        {
            early.Remove((message, worker, trace));
            if (message.Step >= OpenStep && message.Term == Term)
                Take(message, worker, trace);
            else
                message.Bundle.Dispose();
        }

        var ready = held.Values.Where(h => h.Answer is null && !h.OnDevice).ToArray();
        if (!contrast.NeedsWholeBatch && ready.Length > 0)
            Answer(ready[..1]);
        else if (ready.Length == shards)
            Answer(ready);
    }

    protected override void Accept(Commit commit)
    {
        Drop(commit.Step);
        pending = commit;
    }

    protected override void DropCommitted() => Drop(Head!.Value.Step);

    protected override bool TryBeAt(TermStep state)
    {
        if (state == Next)
            Settle();
        return state == Head;
    }

    protected override void Apply(Commit commit)
    {
        contrast.Advance(commit.Rows);
        foreach (var row in commit.Rows)
            row.Dispose();
    }

    protected override void Replay(IReadOnlyList<KeeperDelta> since)
    {
        foreach (var delta in since)
        {
            contrast.Advance(delta.Rows);
            foreach (var row in delta.Rows)
                row.Dispose();
        }
    }

    protected internal override void PostStop()
    {
        foreach (var (message, _, _) in early)
            message.Bundle.Dispose();
        base.PostStop();
    }

    protected override void DropStep()
    {
        Drop(upTo: long.MaxValue);
        (pending as ICarriesBundles)?.Release();
        pending = null;
    }

    private void Drop(long upTo)
    {
        foreach (var key in held.Keys.TakeWhile(k => k.Step <= upTo).ToArray())
        {
            held.Remove(key, out var shard);
            shard!.Dispose();
        }

        deltasSent.RemoveWhere(step => step <= upTo);
    }

    /// <summary>So many commits the sender of these projections had applied.</summary>
    private long StepsOf(Projections projections) => staleness > 0 ? projections.Round : projections.Step - 1;

    /// <summary>The next commit counts: its rows go into the bank, those of the message or, should that have been lost, the same ones from here.</summary>
    private void Settle()
    {
        var commit = pending ?? new Commit(Term, OpenStep, null, NewRows(OpenStep));
        pending = null;
        Advance(commit);
    }

    private IEnumerable<HeldShard> HeldOf(long step) => held.Values.Where(h => h.Step == step);

    private TensorBundle[] NewRows(long step) => [.. HeldOf(step).Select(h => h.Part?.Rows?.Share()).OfType<TensorBundle>()];

    private void HoldEarly(Projections projections, IActorRef worker)
    {
        var known = early.FindIndex(e => Key(e.Message) == Key(projections));
        if (known >= 0)
            early[known].Message.Bundle.Dispose();
        if (known >= 0)
            early.RemoveAt(known);
        early.Add((projections, worker, ActorTelemetry.Current));
    }

    private static (long Step, long Round, int Shard) Key(Projections of) => (of.Step, of.Round, of.Shard);

    /// <summary>The first projections of a shard count; a repetition gets the answers again, if there are any.</summary>
    private void Take(Projections projections, IActorRef worker, ActivityContext trace)
    {
        if (held.TryGetValue(Key(projections), out var known))
        {
            projections.Bundle.Dispose();
            known.Worker = worker;
            Report(known);
            if (known.Answer is not null)
                Send(known);
            if (deltasSent.Contains(known.Step))
                SendDelta(known.Step);
            return;
        }

        var shard = new HeldShard(projections, worker, trace);
        held.Add(Key(projections), shard);
        Report(shard);
    }

    private void Answer(HeldShard[] ready)
    {
        using var span = ActorTelemetry.Start("answer", ready[^1].Trace, Self.Path);
        var (step, batch) = (ready[0].Step, BatchOf(ready[0]));
        foreach (var shard in ready)
            shard.OnDevice = true;
        var projections = ready.Select(s => s.Projections).ToArray();
        OnDevice(() => contrast.Answer(batch, ready[0].Number, projections), answer =>
        {
            var isFirst = !HeldOf(step).Any(h => h.Part is not null && (h.Number, BatchOf(h)) == (ready[0].Number, batch));
            if (!isFirst)
                answer.Rows?.Dispose();
            for (var i = 0; i < ready.Length; i++)
            {
                ready[i].TakeAnswer(answer.Gradients[i], i == 0 && isFirst ? answer : null);
                if (!ready[i].Dropped)
                    Send(ready[i]);
            }

            if (!ready[0].Dropped && IsComplete(step))
                SendDelta(step);
        });
    }

    private long BatchOf(HeldShard shard) => rounds is null ? shard.Step : shard.Round;

    /// <summary>Whether every shard of every batch of the step has its answer.</summary>
    private bool IsComplete(long step) => HeldOf(step).Where(h => h.Answer is not null).DistinctBy(h => (h.Number, BatchOf(h))).Count()
        == shards * (rounds?.Batches(step).Count ?? 1);

    private void Send(HeldShard shard)
    {
        shard.Worker.Tell(new ProjectionGradients(Term, shard.Step, shard.Number, shard.Answer!.Share(), shard.Round), Self);
        Report(shard);
    }

    private void Report(HeldShard shard) => Coordinator.Tell(
        new ShardProgress(Term, shard.Step, shard.Number, shard.Answer is null ? ShardPhase.ProjectionsHeld : ShardPhase.GradientsSent), Self);

    /// <summary>
    /// Sums in the order of the shards, so that the step's loss has the same bits whatever came first; in local a mean. A loss that is
    /// still being computed is waited for on the device's thread, after the gradients are on their way.
    /// </summary>
    private void SendDelta(long step)
    {
        var answered = HeldOf(step).Where(h => h.Part is not null).ToArray();
        var parts = answered.Select(h => h.Part!).ToArray();
        if (!parts.All(p => p.Loss.IsValueCreated))
        {
            OnDevice(() => parts.Sum(p => p.Loss.Value), _ =>
            {
                if (!answered[0].Dropped)
                    SendDelta(step);
            });
            return;
        }

        deltasSent.Add(step);
        var detection = parts.Where(p => p.Detection is not null).Select(p => p.Detection!.Value).Aggregate((DetectionStats?)null, (a, b) => a is null ? b : a + b);
        var loss = parts.Sum(p => p.Loss.Value) / (rounds is null ? 1 : parts.Length);
        Coordinator.Tell(new KeeperDelta(Term, step, loss, detection, NewRows(step)), Self);
    }
}
