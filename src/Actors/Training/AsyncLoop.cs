using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// consistency=async: every shard is a step of its own, and <see cref="RunOptions.Staleness"/> steps beyond the next are worked on.
/// Answers are committed in the order of the plan, so a state's step alone says which samples it has seen, as in sync; one that comes
/// before its turn waits. A gradient is committed only if its parameters lack at most so many commits; otherwise, and when its worker
/// is gone or overdue while another one idles, the shard is leased again. The first answer counts.
/// </summary>
internal sealed class AsyncLoop(
    IActorContext context, IExecutor checker, RunOptions run, Terms terms, ISum sums, Roster roster, EventLog log, IRunObserver observer,
    Action<StepReport, KeeperDelta> committed) : ICommitLoop
{
    /// <summary>One that the device computes, and one whose views are being prepared.</summary>
    private const int LeasesOfAWorker = 2;
    private readonly StepPatience patience = new(run.AnswerWithin);
    private readonly SortedDictionary<long, AsyncStep> open = [];
    private readonly long origin = context.Clock.GetTimestamp();
    private readonly CutOffs cutOffs = new(run, roster, observer);
    private AsyncStep? checking;
    private int term;
    private bool isOpen;
    private long next;
    private TimeSpan lastCommit;

    public override string ToString() => open.Count == 0 ? "no step is open" : $"steps {string.Join("; ", open.Values.Select(s => s.Ledger))}, keeper {roster.Keeper}";

    private TimeSpan Now => context.Clock.GetElapsedTime(origin);

    public void Open(int inTerm, long step)
    {
        if (inTerm != term || step != next)
        {
            Close();
            lastCommit = Now;
        }

        (term, next, isOpen) = (inTerm, step, true);
        for (var s = step; s <= Math.Min(step + run.Staleness, run.LastStep); s++)
            if (!open.ContainsKey(s))
                open.Add(s, new AsyncStep(s, patience));
        Assign();
        CheckWhenComplete();
    }

    public void Close()
    {
        foreach (var step in open.Values.Where(s => s != checking))
            step.Dispose();
        open.Clear();
        (checking, next, isOpen) = (null, 0, false);
    }

    public void WorkersChanged(IActorRef? gone = null)
    {
        if (gone is not null)
            foreach (var step in open.Values)
                step.Ledger.Release(gone);
        Assign();
    }

    public void KeeperChanged()
    {
        foreach (var step in open.Values.Where(s => s.Owner is not null))
            if (roster.Find(step.Owner) is { Ready: true } member)
                Lease(step, member);
            else
                step.Ledger.Release(step.Owner!, also: true);
        Assign();
    }

    public void DataLost()
    {
        foreach (var step in open.Values.Where(s => s.Ledger.Encoding.Any()))
            if (roster.Find(step.Owner) is { Ready: true } member)
                Send(step, member);
    }

    public void Tick()
    {
        if (roster.Keeper is not { Ready: true } || !context.Cluster.IsConnected)
            return;
        foreach (var member in open.Count > 0 ? cutOffs.ToProbe(Now) : [])
            Send(open.Values.First(), member);
        var now = Now;
        foreach (var step in open.Values)
            foreach (var overdue in step.Ledger.Overdue(now).ToArray())
            {
                var owner = overdue.Owner;
                var moves = roster.Find(owner) is null || (step.Gradient is null && cutOffs.ToBlame(overdue) == Role.Worker); // a gradient that is here still lacks the keeper's delta
                var idle = moves ? roster.Lessees.FirstOrDefault(w => !w.Actor.Equals(owner) && Load(w) == 0) : null;
                observer.Noted($"step {step.Number}: overdue at {roster.NameOf(owner)}, asked again{(idle is null ? "" : $" of {roster.NameOf(idle.Actor)}")}");
                var member = roster.Find(owner);
                if (overdue.IsSilent || idle is not null)
                    cutOffs.Blame(overdue, now);
                if (idle is not null)
                    Lease(step, idle);
                else if (member is not null)
                    Send(step, member);
            }
    }

    public void Receive(object message, IActorRef? sender)
    {
        switch (message)
        {
            case ShardProgress progress when roster.Keeper?.Actor.Equals(sender) == true:
                Find(progress.Step)?.Ledger.Progress(progress.Shard, progress.Phase, Now);
                break;
            case ShardAlive alive:
                Find(alive.Step)?.Ledger.Alive(alive, sender, Now);
                break;
            case KeeperDelta delta when roster.Keeper?.Actor.Equals(sender) == true && Find(delta.Step) is { Ledger.Delta: null } step:
                cutOffs.Pulled(sender!);
                step.Ledger.Delta = delta;
                CheckWhenComplete();
                break;
            case ShardGradients gradients when Find(gradients.Step) is { } step:
                cutOffs.Pulled(sender!);
                Take(step, gradients, sender!);
                break;
            case PullFailed failed when sender is not null && cutOffs.Failed(failed, sender, Now) is { } member:
                HandOver(member);
                break;
            case ICarriesBundles unwanted:
                unwanted.Release();
                break;
            case Checked check when check.Step == checking:
                Commit(check);
                break;
            case Checked late:
                late.Step.Dispose();
                break;
        }
    }

    /// <summary>A step that was leased to somebody who is gone; one that waits for a free worker is none.</summary>
    public string? LostLease => open.Values.FirstOrDefault(s => s.Owner is { } owner && s.Gradient is null && roster.Find(owner) is null) is { } lost
        ? $"step {lost.Number} is lost" : null;

    /// <summary>Commits come too fast here for that: a worker that missed one gets a peer's copy.</summary>
    public bool TryRepeatCommit(Roster.Member worker) => false;

    private AsyncStep? Find(long step) => open.GetValueOrDefault(step);

    private int Load(Roster.Member worker) => open.Values.Count(s => s.Gradient is null && worker.Actor.Equals(s.Owner));

    private void Take(AsyncStep step, ShardGradients gradients, IActorRef worker)
    {
        var isTooOld = gradients.Staleness > run.Staleness;
        if (!isTooOld && step.Ledger.Finish(gradients.Shard, 1, worker, gradients.DataWait, Now))
        {
            step.Ledger.Sum.Offer(gradients.Shard, gradients.Shard + 1, gradients.Bundle);
            step.Staleness = gradients.Staleness;
            CheckWhenComplete();
        }
        else
        {
            gradients.Bundle.Dispose();
            if (isTooOld)
                step.Ledger.Release(worker);
        }

        Assign();
    }

    private void CheckWhenComplete()
    {
        if (checking is not null || Find(next) is not { Gradient: { } sum, Ledger.Delta: not null } step)
            return;
        var inTerm = term;
        checking = step;
        context.Run(
            checker,
            () => (Finite: sums.IsFinite(sum), Newest: terms.IsNewest(inTerm)),
            found => new Checked(step, found.Finite, found.Newest),
            error => new Failed(error));
    }

    private void Commit(Checked check)
    {
        var (step, delta, sum) = (check.Step.Number, check.Step.Ledger.Delta!, check.Step.Gradient!);
        if (!CommitGuard.Passes(context, step, check.Newest, check.Finite, delta.Loss))
            return;
        var report = new StepReport(
            new TermStep(term, step), run.Plan.Locate(step).Epoch, delta.Loss, run.Plan.Batch(step).Length, (Now - lastCommit).TotalSeconds,
            check.Step.Ledger.DataWait.TotalSeconds, check.Step.Ledger.Contributors, delta.Detection) { Staleness = check.Step.Staleness };
        log.Write(EventLog.Step(report));
        foreach (var worker in roster.Workers)
            worker.Actor.Tell(new Commit(term, step, sum.Share(), []), context.Self);
        roster.Keeper?.Actor.Tell(new Commit(term, step, null, [.. delta.Rows.Select(r => r.Share())]), context.Self);
        sum.Dispose();
        open.Remove(step);
        (checking, lastCommit, next, isOpen) = (null, Now, step + 1, false);
        committed(report, delta);
        if (!isOpen) // that was the last one
            Close();
    }

    /// <summary>The earliest steps without an owner go to the workers that have the fewest.</summary>
    private void Assign()
    {
        if (roster.Keeper is not { Ready: true })
            return;
        foreach (var step in open.Values.Where(s => s.Owner is null))
            if (roster.Lessees.MinBy(Load) is { } worker && Load(worker) < LeasesOfAWorker)
                Lease(step, worker);
    }

    /// <summary>What the member hasn't finished goes to others that can be pulled from, if there are any; else it is overdue some time.</summary>
    private void HandOver(Roster.Member member)
    {
        Roster.Member[] others = [.. roster.ReadyWorkers.Where(w => w != member && !w.IsCutOff)];
        if (others.Length == 0 || roster.Keeper is not { Ready: true })
            return;
        foreach (var step in open.Values.Where(s => s.Gradient is null && member.Actor.Equals(s.Owner)))
            Lease(step, others.MinBy(Load)!);
    }

    private void Lease(AsyncStep step, Roster.Member worker)
    {
        step.Ledger.Lease(0, worker.Actor, Now);
        Send(step, worker);
    }

    private void Send(AsyncStep step, Roster.Member worker)
    {
        if (roster.DataFor(worker) is not { } data)
            return;
        step.Ledger.ViewsFrom(0, worker.Actor, data.Actor);
        worker.Actor.Tell(new ShardLease(term, step.Number, 0, roster.Keeper!.Actor, data.Actor), context.Self);
    }

    private sealed record Checked(AsyncStep Step, bool Finite, bool Newest);
}
