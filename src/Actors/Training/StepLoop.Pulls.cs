using Kindred.Actors.Messaging;

namespace Kindred.Actors.Training;

/// <summary>What becomes of leases whose answers can't be pulled.</summary>
internal sealed partial class StepLoop
{
    private TimeSpan probedAt;

    /// <summary>
    /// An answer of a worker couldn't be pulled, here or at the keeper: that counts as none, and what it hasn't finished goes to others.
    /// After three in a row it is cut off, until a pull from it succeeds.
    /// </summary>
    private void Take(PullFailed failed, IActorRef? sender)
    {
        if (roster.Find(failed.Owner) is not { } member || sender is null)
            return;
        var wasCutOff = member.IsCutOff;
        member.FailedPulls++;
        if (member.IsCutOff && !wasCutOff)
            observer.Noted($"{member.Actor.Path} is cut off: nothing can be pulled from it ({failed.Reason})");
        if (member.IsCutOff)
            probedAt = Now;
        if (open is null || !roster.Lessees.Any(w => w != member))
            return;
        foreach (var (shard, owner) in open.Unfinished.ToArray())
            if (member.Actor.Equals(owner) && roster.Keeper is { Ready: true })
                Lease(shard, Other(member, shard));
    }

    private void Pulled(IActorRef worker)
    {
        if (roster.Find(worker) is not { } member)
            return;
        if (member.IsCutOff)
            observer.Noted($"{member.Actor.Path} is reached again");
        member.FailedPulls = 0;
    }

    private Roster.Member Other(Roster.Member than, int shard)
    {
        Roster.Member[] others = [.. roster.Lessees.Where(w => w != than)];
        return others[shard % others.Length];
    }

    /// <summary>Now and then a worker that is cut off gets a lease beside its owner: its answer, needed or not, shows that it can be pulled from.</summary>
    private void ProbeCutOffs()
    {
        if (Now - probedAt < run.AnswerWithin)
            return;
        probedAt = Now;
        foreach (var member in roster.ReadyWorkers.Where(w => w.IsCutOff).ToArray())
            Send((int)(open!.Step % run.Shards), member);
    }
}
