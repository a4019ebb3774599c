using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// Drives one step after the other: leases its shards, asks again for what is overdue, adds the gradients along a fixed tree, and
/// commits when sum and keeper delta are there. Whatever is lost on the way, the sum has the same bits.
/// </summary>
internal sealed partial class StepLoop(
    IActorContext context, IExecutor adder, RunOptions run, Terms terms, ISum sums, Roster roster, EventLog log, IRunObserver observer,
    Action<StepReport, KeeperDelta> committed) : ICommitLoop
{
    private readonly StepPatience patience = new(run.AnswerWithin);
    private readonly long origin = context.Clock.GetTimestamp();
    private StepLedger? open;
    private Trace? trace;
    private int term;
    private TimeSpan lastCommit;

    /// <summary>A shard without an owner that is there, though a worker and a keeper are ready; null: there is none.</summary>
    public string? LostLease
    {
        get
        {
            if (open is null || roster.Keeper is not { Ready: true } || !roster.ReadyWorkers.Any())
                return null;
            var lost = open.Unfinished.Where(o => o.Owner is null || roster.Find(o.Owner) is null).Select(o => (int?)o.Shard).FirstOrDefault();
            return lost is null ? null : $"shard {lost} of step {open.Step} is lost";
        }
    }

    public override string ToString() => open is null ? "no step is open" : $"step {open}, keeper {roster.Keeper}";

    private TimeSpan Now => context.Clock.GetElapsedTime(origin);

    public void Open(int inTerm, long step)
    {
        if (step == 1 || inTerm != term)
            lastCommit = Now;
        term = inTerm;
        open = new StepLedger(step, run.Shards, patience);
        trace = ActorTelemetry.Begin("step", "kindred.step", step);
        AssignUnowned();
    }

    public void Close()
    {
        foreach (var bundle in open?.Sum.Drain().Concat(open.Delta?.Rows ?? []) ?? [])
            bundle.Dispose();
        if (open is { Sum.Root: { } sum, Delta: null }) // one with its delta is being checked
            sum.Dispose();
        trace?.Dispose();
        open = null;
        KeepCommit(null);
    }

    /// <summary>A worker is gone, or has come: shards without an owner go to those who are ready.</summary>
    public void WorkersChanged(IActorRef? gone = null)
    {
        if (gone is not null)
            open?.Release(gone);
        AssignUnowned();
    }

    /// <summary>The keeper was replaced: every shard's projections are needed again, also those of shards that are done.</summary>
    public void KeeperChanged()
    {
        if (open is null)
            return;
        foreach (var (shard, owner) in open.Owners.ToArray())
            if (roster.Find(owner) is { Ready: true } member)
                Lease(shard, member);
            else if (owner is not null)
                open.Release(owner, also: true);
        AssignUnowned();
    }

    public void DataLost()
    {
        foreach (var (shard, owner) in open?.Encoding.ToArray() ?? [])
            if (roster.Find(owner) is { Ready: true } member)
                Send(shard, member);
    }

    public void Tick()
    {
        if (open is null || roster.Keeper is not { Ready: true } || !context.Cluster.IsConnected)
            return;
        ProbeCutOffs();
        var now = Now;
        foreach (var overdue in open.Overdue(now).ToArray())
            AskAgain(overdue, now);
    }

    /// <summary>
    /// Of its owner; after some silence of another worker, where the owner is to blame, or may have been lost with what a new keeper needs again.
    /// </summary>
    private void AskAgain(Overdue overdue, TimeSpan now)
    {
        var (shard, owner, member) = (overdue.Shard, overdue.Owner, roster.Find(overdue.Owner));
        var moves = overdue.IsSilent && (member is null || overdue.Phase == ShardPhase.Done || cutOffs.ToBlame(overdue) == Role.Worker);
        var other = moves ? roster.Lessees.FirstOrDefault(w => !w.Actor.Equals(owner)) : null;
        observer.Noted($"step {open!.Step}, shard {shard}: overdue at {roster.NameOf(owner)}, asked again{(other is null ? "" : $" of {roster.NameOf(other.Actor)}")}");
        if (overdue.IsSilent)
            cutOffs.Blame(overdue, now);
        if (other is not null)
            Lease(shard, other);
        else if (member is not null)
            Send(shard, member);
    }

    public void Receive(object message, IActorRef? sender)
    {
        switch (message)
        {
            case ShardProgress progress when progress.Step == open?.Step && roster.Keeper?.Actor.Equals(sender) == true:
                open.Progress(progress.Shard, progress.Phase, Now);
                break;
            case ShardAlive alive when alive.Step == open?.Step:
                open.Alive(alive, sender, Now);
                break;
            case KeeperDelta delta when roster.Keeper?.Actor.Equals(sender) == true:
                Take(delta);
                break;
            case ShardGradients gradients:
                Take(gradients, sender!);
                break;
            case PullFailed failed when sender is not null && cutOffs.Failed(failed, sender, Now) is { } member:
                HandOver(member);
                break;
            case ICarriesBundles unwanted:
                unwanted.Release();
                break;
            case Added(var ledger, var sum) when ledger == open:
                Add(open.Sum.Offer(sum.Low, sum.High, sum.Left));
                break;
            case Added late:
                late.Sum.Left.Dispose();
                break;
            case Checked check when check.Ledger == open:
                Commit(check);
                break;
            case Checked late:
                late.Ledger.Sum.Root!.Dispose();
                break;
        }
    }

    private void Take(KeeperDelta delta)
    {
        cutOffs.Pulled(roster.Keeper!.Actor);
        if (delta.Step == open?.Step && open.Delta is null)
        {
            open.Delta = delta;
            CheckWhenComplete();
            return;
        }

        foreach (var row in delta.Rows)
            row.Dispose();
    }

    private void Take(ShardGradients gradients, IActorRef worker)
    {
        cutOffs.Pulled(worker);
        if (gradients.Step == open?.Step && open.Finish(gradients.Shard, gradients.Count, worker, gradients.DataWait, Now))
            Add(open.Sum.Offer(gradients.Shard, gradients.Shard + gradients.Count, gradients.Bundle));
        else
            gradients.Bundle.Dispose();
    }

    private void Add(Addition<TensorBundle>? addition)
    {
        var ledger = open!;
        if (addition is { Low: var low, High: var high, Left: var left, Right: var right })
            context.Run(adder, () => sums.Add(left, right), sum => new Added(ledger, new Addition<TensorBundle>(low, high, sum, sum)), error => new Failed(error));
        else
            CheckWhenComplete();
    }

    private void CheckWhenComplete()
    {
        if (open is not { Sum.Root: { } sum, Delta: not null } complete)
            return;
        var inTerm = term;
        context.Run(
            adder,
            () => (Finite: sums.IsFinite(sum), Newest: terms.IsNewest(inTerm)),
            found => new Checked(complete, found.Finite, found.Newest),
            error => new Failed(error));
    }

    private void Commit(Checked check)
    {
        var (step, delta, sum) = (open!.Step, open.Delta!, open.Sum.Root!);
        if (!CommitGuard.Passes(context, step, check.Newest, check.Finite, delta.Loss))
            return;
        var report = new StepReport(
            new TermStep(term, step), run.Plan.Locate(step).Epoch, delta.Loss, run.Plan.Batch(step).Length,
            (Now - lastCommit).TotalSeconds, open.DataWait.TotalSeconds / Math.Max(1, open.Contributors), open.Contributors, delta.Detection);
        log.Write(EventLog.Step(report));
        foreach (var worker in roster.Workers)
            worker.Actor.Tell(new Commit(term, step, sum.Share(), []), context.Self);
        KeepCommit(new Commit(term, step, sum.Share(), []));
        roster.Keeper?.Actor.Tell(new Commit(term, step, null, [.. delta.Rows.Select(r => r.Share())]), context.Self);
        sum.Dispose();
        trace!.Dispose();
        (open, lastCommit) = (null, Now);
        committed(report, delta);
    }

    /// <summary>Shares the unowned shards out in runs of neighbours, so that a worker tends to hold a whole subtree of the sum.</summary>
    private void AssignUnowned()
    {
        var workers = roster.Lessees;
        if (open is null || workers.Count == 0 || roster.Keeper is not { Ready: true })
            return;
        var shares = open.Unowned.ToDictionary(shard => shard, shard => workers[(int)((long)shard * workers.Count / run.Shards)]);
        foreach (var (shard, worker) in shares)
        {
            var (low, high) = open.Sum.NodeOf(shard, other => shares.GetValueOrDefault(other) == worker);
            Lease(shard, worker, new ShardRange(low, high - low));
        }
    }

    private void Lease(int shard, Roster.Member worker, ShardRange? together = null)
    {
        open!.Lease(shard, worker.Actor, Now);
        Send(shard, worker, together);
    }

    /// <summary>Where no data actor is there now, the lease is overdue later and sent again.</summary>
    private void Send(int shard, Roster.Member worker, ShardRange? together = null)
    {
        if (roster.DataFor(worker) is not { } data)
            return;
        open!.ViewsFrom(shard, worker.Actor, data.Actor);
        trace!.Within(() => worker.Actor.Tell(new ShardLease(term, open.Step, shard, roster.Keeper!.Actor, data.Actor, together), context.Self));
    }

    private sealed record Added(StepLedger Ledger, Addition<TensorBundle> Sum);

    private sealed record Checked(StepLedger Ledger, bool Finite, bool Newest);
}
