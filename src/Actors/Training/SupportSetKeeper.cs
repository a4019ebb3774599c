using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// The only place that knows what a negative is: collects the step's projections, detects false negatives, and answers with
/// dL/dz. What it holds of a step it holds until it commits, to send it again. It advances its bank once it knows that the commit
/// counts, by a worker's projections of the next step or the coordinator's word: should the coordinator be lost before any worker
/// applied the commit, the keeper isn't ahead of them.
/// </summary>
public sealed class SupportSetKeeper(IContrast contrast, int shards, CheckpointStore checkpoints, IActorRef coordinator)
    : ReplicaActor(contrast, Role.Keeper, CheckpointPart.Keeper, checkpoints, coordinator)
{
    private readonly SortedDictionary<int, HeldShard> held = [];
    private readonly List<(Projections Message, IActorRef Worker)> early = [];
    private Commit? pending;
    private bool deltaSent;

    protected override TermStep? Next =>
        Head is null ? null : pending is { } commit ? new TermStep(commit.Term, commit.Step) : deltaSent ? new TermStep(Term, OpenStep) : null;

    private long OpenStep => Head!.Value.Step + 1;

    protected override void Handle(object message)
    {
        if (message is PullFailed)
            Coordinator.Tell(message, Self);
        if (message is not Projections projections)
            return;
        if (projections.Term == Term && projections.Step == Next?.Step + 1)
            Settle();
        if (Head is null || projections.Step > OpenStep)
            HoldEarly(projections, Sender!);
        else if (projections.Step == OpenStep && pending is null)
            Take(projections, Sender!);
        else
            projections.Bundle.Dispose();
    }

    protected override void StartWork()
    {
        foreach (var (message, worker) in early.Where(e => e.Message.Step <= OpenStep).ToArray())
        {
            early.Remove((message, worker));
            if (message.Step == OpenStep && message.Term == Term)
                Take(message, worker);
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
        DropStep();
        pending = commit;
    }

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

    protected override void DropStep()
    {
        foreach (var shard in held.Values)
            shard.Dispose();
        held.Clear();
        (pending as ICarriesBundles)?.Release();
        (pending, deltaSent) = (null, false);
    }

    /// <summary>The next commit counts: its rows go into the bank, those of the message or, should that have been lost, the same ones from here.</summary>
    private void Settle()
    {
        var commit = pending ?? new Commit(Term, OpenStep, null, NewRows(), "");
        pending = null;
        Advance(commit);
    }

    private TensorBundle[] NewRows() => [.. held.Values.Select(h => h.Part?.Rows?.Share()).OfType<TensorBundle>()];

    private void HoldEarly(Projections projections, IActorRef worker)
    {
        var known = early.FindIndex(e => e.Message.Step == projections.Step && e.Message.Shard == projections.Shard);
        if (known >= 0)
            early[known].Message.Bundle.Dispose();
        if (known >= 0)
            early.RemoveAt(known);
        early.Add((projections, worker));
    }

    /// <summary>The first projections of a shard count; a repetition gets the answers again, if there are any.</summary>
    private void Take(Projections projections, IActorRef worker)
    {
        if (held.TryGetValue(projections.Shard, out var known))
        {
            projections.Bundle.Dispose();
            known.Worker = worker;
            Report(known);
            if (known.Answer is not null)
                Send(known);
            if (deltaSent)
                SendDelta();
            return;
        }

        var shard = new HeldShard(projections.Shard, projections.Bundle, worker);
        held.Add(shard.Number, shard);
        Report(shard);
    }

    private void Answer(HeldShard[] ready)
    {
        var step = OpenStep;
        foreach (var shard in ready)
            shard.OnDevice = true;
        var projections = ready.Select(s => s.Projections).ToArray();
        OnDevice(() => contrast.Answer(step, ready[0].Number, projections), answer =>
        {
            for (var i = 0; i < ready.Length; i++)
            {
                ready[i].TakeAnswer(answer.Gradients[i], i == 0 ? answer : null);
                if (!ready[i].Dropped)
                    Send(ready[i]);
            }

            if (!ready[0].Dropped && held.Count == shards && held.Values.All(h => h.Answer is not null))
                SendDelta();
        });
    }

    private void Send(HeldShard shard)
    {
        shard.Worker.Tell(new ProjectionGradients(Term, OpenStep, shard.Number, shard.Answer!.Share()), Self);
        Report(shard);
    }

    private void Report(HeldShard shard) => Coordinator.Tell(
        new ShardProgress(Term, OpenStep, shard.Number, shard.Answer is null ? ShardPhase.ProjectionsHeld : ShardPhase.GradientsSent), Self);

    /// <summary>Sums in the order of the shards, so that the step's loss has the same bits whatever came first.</summary>
    private void SendDelta()
    {
        deltaSent = true;
        var parts = held.Values.Where(h => h.Part is not null).Select(h => h.Part!).ToArray();
        var detection = parts.Where(p => p.Detection is not null).Select(p => p.Detection!.Value).Aggregate((DetectionStats?)null, (a, b) => a is null ? b : a + b);
        Coordinator.Tell(new KeeperDelta(Term, OpenStep, parts.Sum(p => p.Loss), detection, NewRows()), Self);
    }

    /// <summary>A shard's projections, who sent them, and the answer.</summary>
    private sealed class HeldShard(int number, TensorBundle projections, IActorRef worker) : IDisposable
    {
        public int Number => number;

        public TensorBundle Projections => projections;

        public IActorRef Worker { get; set; } = worker;

        public TensorBundle? Answer { get; private set; }

        /// <summary>Loss, detections and bank rows of the group of shards that was answered together, at its first shard.</summary>
        public ContrastAnswer? Part { get; private set; }

        public bool OnDevice { get; set; }

        public bool Dropped { get; private set; }

        public void TakeAnswer(TensorBundle gradient, ContrastAnswer? part)
        {
            (OnDevice, Answer, Part) = (false, gradient, part);
            if (Dropped)
                Dispose();
        }

        public void Dispose()
        {
            Dropped = true;
            if (OnDevice)
                return;
            projections.Dispose();
            Answer?.Dispose();
            Part?.Rows?.Dispose();
        }
    }
}
