using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>
/// Members from whom nothing is had: bundles that can't be pulled, answers that never come. After three in a row one is cut off: a worker
/// or the run's keeper until a pull from it succeeds, a data actor or a keeper that stands by for a while, each time for twice as long. Others take its place, where there are any.
/// </summary>
internal sealed class CutOffs(RunOptions run, Roster roster, IRunObserver observer)
{
    /// <summary>
    /// A bundle couldn't be pulled, by the coordinator or whoever reports it. Between a worker and the keeper the worker is taken to be
    /// cut off, and the keeper once all workers are. Returns who is; null: somebody unknown.
    /// </summary>
    public Roster.Member? Failed(PullFailed failed, IActorRef reporter, TimeSpan now)
    {
        var isWorkersOwn = roster.Find(failed.Owner)?.Role == Role.Keeper && roster.Find(reporter)?.Role == Role.Worker;
        if (roster.Find(isWorkersOwn ? reporter : failed.Owner) is not { } member)
            return null;
        Count(member, failed.Reason, now);
        if (member.Role == Role.Worker && roster.Keeper is { } keeper && roster.ReadyWorkers.All(w => w.IsCutOff))
            Count(keeper, failed.Reason, now);
        return member;
    }

    /// <summary>
    /// Whose answer is overdue: the keeper's, once it has the projections, or the gradient is there and its part of the step isn't; the data actor's
    /// while the worker says that it lacks views, until that is cut off too; else the worker's.
    /// </summary>
    public Role ToBlame(Overdue overdue) => overdue.Phase is ShardPhase.ProjectionsHeld or ShardPhase.Done ? Role.Keeper
        : roster.Find(overdue.Data) is { IsCutOff: false } ? Role.Data
        : Role.Worker;

    /// <summary>It was asked again and again. The keeper is counted once in each look at the shards.</summary>
    public void Blame(Overdue overdue, TimeSpan now)
    {
        switch (ToBlame(overdue))
        {
            case Role.Keeper when roster.Keeper is { } keeper && keeper.TriedAt < now:
                Count(keeper, "it doesn't answer", now);
                break;
            case Role.Data:
                Count(roster.Find(overdue.Data)!, "its views don't come", now);
                break;
            case Role.Worker when roster.Find(overdue.Owner) is { } worker && roster.Lessees.Any(w => w != worker):
                Count(worker, "it doesn't answer", now);
                break;
        }
    }

    public void Pulled(IActorRef owner)
    {
        if (roster.Find(owner) is not { } member)
            return;
        if (member.IsCutOff)
            observer.Noted($"{roster.NameOf(member.Actor)} is reached again");
        member.Failures = 0;
    }

    /// <summary>Now and then one that is cut off gets a lease beside its owner: its answer, needed or not, shows that it can be pulled from.</summary>
    public IReadOnlyList<Roster.Member> ToProbe(TimeSpan now)
    {
        foreach (var other in roster.Members.Where(m => (m.Role == Role.Data || (m.Role == Role.Keeper && m != roster.Keeper)) && IsDue(m, now) && now - m.TriedAt >= run.AnswerWithin * (1 << m.Trials)))
            other.TryAgain();
        Roster.Member[] workers = [.. roster.ReadyWorkers.Where(w => IsDue(w, now))];
        foreach (var worker in workers)
            worker.TriedAt = now;
        return workers;
    }

    private bool IsDue(Roster.Member member, TimeSpan now) => member.IsCutOff && now - member.TriedAt >= run.AnswerWithin;

    private void Count(Roster.Member member, string reason, TimeSpan now)
    {
        var wasCutOff = member.IsCutOff;
        member.Failures++;
        if (member.IsCutOff && !wasCutOff)
            observer.Noted($"{roster.NameOf(member.Actor)} is cut off: nothing can be had from it ({reason})");
        member.TriedAt = now;
    }
}
