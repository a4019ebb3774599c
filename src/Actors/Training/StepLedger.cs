using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// The open step's shards: who has each, how far it is, when its answer is overdue. No shard is overdue on account
/// of another one: while the keeper holds its projections and waits for other shards', nothing is asked again.
/// </summary>
internal sealed class StepLedger(long step, int shards, StepPatience patience)
{
    private const int MostSignsOfLife = 5;
    private readonly Entry[] entries = [.. Enumerable.Range(0, shards).Select(s => new Entry(s))];

    public long Step => step;

    public TreeSum<TensorBundle> Sum { get; } = new(shards);

    public KeeperDelta? Delta { get; set; }

    public TimeSpan DataWait { get; private set; }

    /// <summary>Distinct workers whose gradients the sum holds.</summary>
    public int Contributors => entries.Select(e => e.FinishedBy).OfType<IActorRef>().Distinct().Count();

    public IEnumerable<int> Unowned => entries.Where(e => e.Owner is null).Select(e => e.Shard);

    public IEnumerable<(int Shard, IActorRef? Owner)> Owners => entries.Select(e => (e.Shard, e.Owner));

    public IEnumerable<(int Shard, IActorRef? Owner)> Encoding => entries.Where(e => e.Phase == ShardPhase.Encoding).Select(e => (e.Shard, e.Owner));

    public IEnumerable<(int Shard, IActorRef? Owner)> Unfinished =>
        entries.Where(e => e.Phase != ShardPhase.Done).Select(e => (e.Shard, e.Owner));

    public void Lease(int shard, IActorRef owner, TimeSpan now)
    {
        var entry = entries[shard];
        (entry.Owner, entry.Since, entry.Unanswered, entry.SignsOfLife, entry.LacksViews) = (owner, now, 0, 0, false);
        if (entry.Phase != ShardPhase.Done)
            entry.Phase = ShardPhase.Encoding;
    }

    /// <summary>The owner is gone: what it hasn't finished returns to the pool. With <paramref name="also"/> its finished shards too, since their projections are lost.</summary>
    public void Release(IActorRef owner, bool also = false)
    {
        foreach (var entry in entries.Where(e => owner.Equals(e.Owner) && (also || e.Phase != ShardPhase.Done)))
            entry.Owner = null;
    }

    /// <summary>A worker is asked, or asked again, with the views from here; only its owner's are looked at.</summary>
    public void ViewsFrom(int shard, IActorRef worker, IActorRef data)
    {
        var entry = entries[shard];
        if (worker.Equals(entry.Owner) && !data.Equals(entry.Data))
            (entry.Data, entry.Unanswered, entry.SignsOfLife, entry.LacksViews) = (data, 0, 0, false);
    }

    public void Progress(int shard, ShardPhase phase, TimeSpan now)
    {
        var entry = entries[shard];
        if (phase <= entry.Phase)
            return;
        if (entry.Phase == ShardPhase.Encoding)
            patience.Encoding.Observe(now - entry.Since);
        else
            patience.Answering.Observe(now - entry.Since);
        (entry.Phase, entry.Since, entry.Unanswered, entry.SignsOfLife, entry.LacksViews) = (phase, now, 0, 0, false);
    }

    /// <summary>It comes no further, but its owner is at it: that counts as an answer a few times.</summary>
    public void Alive(ShardAlive alive, IActorRef? sender, TimeSpan now)
    {
        var entry = entries[alive.Shard];
        if (entry.Owner?.Equals(sender) != true)
            return;
        entry.LacksViews = alive.LacksViews;
        if (entry.SignsOfLife++ < MostSignsOfLife)
            (entry.Since, entry.Unanswered) = (now, 0);
    }

    /// <summary>
    /// Takes the gradient of a shard, or the sum of some. False, and it must be dropped: one of them came before; the others are overdue
    /// later, and asked for one by one.
    /// </summary>
    public bool Finish(int first, int count, IActorRef worker, TimeSpan waited, TimeSpan now)
    {
        var finished = entries[first..(first + count)];
        if (finished.Any(e => e.Phase == ShardPhase.Done))
            return false;
        foreach (var entry in finished)
        {
            if (entry.Phase == ShardPhase.GradientsSent)
                patience.Backward.Observe(now - entry.Since);
            (entry.Phase, entry.Owner, entry.FinishedBy, entry.Since) = (ShardPhase.Done, worker, worker, now);
            (entry.Unanswered, entry.LacksViews) = (0, false);
        }

        DataWait += waited;
        return true;
    }

    /// <summary>Shards whose answer is overdue, each to be asked for again.</summary>
    public IEnumerable<Overdue> Overdue(TimeSpan now)
    {
        foreach (var entry in entries.Where(e => e.Owner is not null && IsOverdue(e, now)).ToArray())
        {
            entry.Since = now;
            yield return new Overdue(entry.Shard, entry.Owner!, entry.Phase, ++entry.Unanswered, entry.LacksViews ? entry.Data : null);
        }
    }

    /// <summary>
    /// When every shard is done or waits for others, and yet the step isn't complete, repeated leases of those that are done make the
    /// keeper say it again, or give a new keeper the projections that it lacks.
    /// </summary>
    private bool IsOverdue(Entry entry, TimeSpan now) => entry.Phase switch
    {
        ShardPhase.Encoding => now - entry.Since > patience.Encoding.Limit,
        ShardPhase.ProjectionsHeld => entries.All(e => e.Phase != ShardPhase.Encoding)
            && now - entries.Where(e => e.Phase != ShardPhase.Done).Max(e => e.Since) > patience.Answering.Limit,
        ShardPhase.GradientsSent => now - entry.Since > patience.Backward.Limit,
        ShardPhase.Done => (Delta is null || entries.Any(e => e.Phase != ShardPhase.Done))
            && entries.All(e => e.Phase is ShardPhase.Done or ShardPhase.ProjectionsHeld)
            && now - entry.Since > patience.Backward.Limit,
        _ => false,
    };

    public override string ToString() => $"{step}: {string.Join(", ", entries.Select(e => $"{e.Phase} at {e.Owner}"))}, {(Delta is null ? "no delta" : "delta")}";

    private sealed class Entry(int shard)
    {
        public int Shard => shard;

        public IActorRef? Owner { get; set; }

        public IActorRef? FinishedBy { get; set; }

        public ShardPhase Phase { get; set; }

        public TimeSpan Since { get; set; }

        public int Unanswered { get; set; }

        public int SignsOfLife { get; set; }

        /// <summary>Whom its owner has the views from.</summary>
        public IActorRef? Data { get; set; }

        public bool LacksViews { get; set; }
    }
}

/// <summary>A shard whose answer is overdue.</summary>
/// <param name="Unanswered">So often it was asked for without any sign of life.</param>
/// <param name="Data">Its owner said that it waits for this one; null: it didn't say so.</param>
internal readonly record struct Overdue(int Shard, IActorRef Owner, ShardPhase Phase, int Unanswered, IActorRef? Data)
{
    private const int UnansweredBeforeTransfer = 3;

    public bool IsSilent => Unanswered >= UnansweredBeforeTransfer;
}

/// <summary>How long the three kinds of answer take, learned over the run.</summary>
internal sealed class StepPatience(TimeSpan answerWithin)
{
    /// <summary>From the lease until the keeper holds the projections.</summary>
    public Patience Encoding { get; } = new(first: answerWithin * 6, floor: answerWithin / 5);

    /// <summary>From the keeper's holding the projections, maybe waiting for other shards', until dL/dz is on its way.</summary>
    public Patience Answering { get; } = new(first: answerWithin * 6, floor: answerWithin / 5);

    /// <summary>From dL/dz on its way until the gradient.</summary>
    public Patience Backward { get; } = new(first: answerWithin * 6, floor: answerWithin / 5);
}
