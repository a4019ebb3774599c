using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>Workers whose answers can't be pulled. After three in a row a worker is cut off, until a pull from it succeeds.</summary>
internal sealed class CutOffs(RunOptions run, Roster roster, IRunObserver observer)
{
    private TimeSpan probedAt;

    /// <summary>An answer of a worker couldn't be pulled, by the coordinator or the keeper: that counts as none. Null: the worker is unknown.</summary>
    public Roster.Member? Failed(PullFailed failed, TimeSpan now)
    {
        if (roster.Find(failed.Owner) is not { } member)
            return null;
        var wasCutOff = member.IsCutOff;
        member.FailedPulls++;
        if (member.IsCutOff && !wasCutOff)
            observer.Noted($"{member.Actor.Path} is cut off: nothing can be pulled from it ({failed.Reason})");
        if (member.IsCutOff)
            probedAt = now;
        return member;
    }

    public void Pulled(IActorRef worker)
    {
        if (roster.Find(worker) is not { } member)
            return;
        if (member.IsCutOff)
            observer.Noted($"{member.Actor.Path} is reached again");
        member.FailedPulls = 0;
    }

    /// <summary>Now and then one that is cut off gets a lease beside its owner: its answer, needed or not, shows that it can be pulled from.</summary>
    public IReadOnlyList<Roster.Member> ToProbe(TimeSpan now)
    {
        if (now - probedAt < run.AnswerWithin)
            return [];
        probedAt = now;
        return [.. roster.ReadyWorkers.Where(w => w.IsCutOff)];
    }
}
