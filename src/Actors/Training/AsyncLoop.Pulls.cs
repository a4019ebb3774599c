using Kindred.Actors.Messaging;

namespace Kindred.Actors.Training;

/// <summary>What becomes of leases whose answers can't be pulled, as in <see cref="StepLoop"/>.</summary>
internal sealed partial class AsyncLoop
{
    private TimeSpan probedAt;

    /// <summary>The one unfinished step that nobody there owns, though somebody could; a step that waits for a free worker is none.</summary>
    public string? LostLease => open.Values.FirstOrDefault(s => s.Owner is { } owner && s.Gradient is null && roster.Find(owner) is null) is { } lost
        ? $"step {lost.Number} is lost" : null;

    /// <summary>Commits come too fast here for that: a worker that missed one gets a peer's copy.</summary>
    public bool TryRepeatCommit(Roster.Member worker) => false;

    /// <summary>An answer that can't be pulled counts as none: what its worker hasn't finished goes to others, if there are any.</summary>
    private void Take(PullFailed failed)
    {
        if (roster.Find(failed.Owner) is not { } member)
            return;
        member.FailedPulls++;
        Roster.Member[] others = [.. roster.Lessees.Where(w => w != member)];
        if (others.Length == 0 || roster.Keeper is not { Ready: true })
            return;
        foreach (var step in open.Values.Where(s => s.Gradient is null && member.Actor.Equals(s.Owner)))
            Lease(step, others.MinBy(Load)!);
    }

    private void Pulled(IActorRef worker)
    {
        if (roster.Find(worker) is { } member)
            member.FailedPulls = 0;
    }

    /// <summary>Now and then a worker that is cut off gets the next step's lease beside its owner: an answer shows that it can be pulled from.</summary>
    private void ProbeCutOffs()
    {
        if (Now - probedAt < run.AnswerWithin || open.Count == 0)
            return;
        probedAt = Now;
        foreach (var member in roster.ReadyWorkers.Where(w => w.IsCutOff).ToArray())
            Send(open.Values.First(), member);
    }
}
