using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// Compares the workers' states of one commit by their hashes. A worker that is lost meanwhile, or is past that state because the
/// question was lost, or doesn't answer though asked again and again, has no vote.
/// </summary>
internal sealed class ReplicaCheck(IActorContext context, Roster roster, TimeSpan answerWithin)
{
    private const int MostTimesAsked = 4;
    private readonly SortedDictionary<TermStep, Vote> underWay = [];

    public bool IsIdle => underWay.Count == 0;

    /// <summary>A term begins.</summary>
    public void Reset() => underWay.Clear();

    /// <summary>Asks all who have just reached this state.</summary>
    public void Begin(int term, TermStep at)
    {
        var vote = new Vote([.. roster.Lessees]);
        if (underWay.TryAdd(at, vote))
            Ask(term, at, vote);
    }

    public void Take(StateHashed answer, IActorRef sender)
    {
        if (underWay.TryGetValue(answer.At, out var vote) && roster.Find(sender) is { } member && member.Life == answer.Life)
            vote.Answers[member] = answer.Hash;
    }

    public void Repeat(int term)
    {
        foreach (var (at, vote) in underWay.Where(v => context.Clock.GetElapsedTime(v.Value.AskedAt) > answerWithin))
            Ask(term, at, vote);
    }

    /// <summary>What all have answered by now, oldest first; each is told once.</summary>
    public IReadOnlyList<Verdict> Verdicts()
    {
        List<Verdict> verdicts = [];
        foreach (var (at, vote) in underWay.ToArray())
        {
            vote.Workers.RemoveAll(w => !w.Ready || roster.Find(w.Actor) != w);
            if (vote.Workers.Count > 1 && vote.Open.Any())
                continue;
            underWay.Remove(at);
            verdicts.Add(Judge(at, [.. vote.Workers.Where(w => vote.Answers.GetValueOrDefault(w) is not null)], vote));
        }

        return verdicts;
    }

    private void Ask(int term, TermStep at, Vote vote)
    {
        (vote.AskedAt, vote.TimesAsked) = (context.Clock.GetTimestamp(), vote.TimesAsked + 1);
        foreach (var worker in vote.Open.ToArray())
            if (vote.TimesAsked <= MostTimesAsked)
                worker.Actor.Tell(new HashState(term, at), context.Self);
            else
                vote.Answers[worker] = null;
    }

    private static Verdict Judge(TermStep at, IReadOnlyList<Roster.Member> voters, Vote vote)
    {
        var camps = voters.GroupBy(w => vote.Answers[w], StringComparer.Ordinal).OrderByDescending(c => c.Count()).ToArray();
        return camps.Length > 0 && 2 * camps[0].Count() <= voters.Count
            ? new Verdict(at, HasMajority: false, [])
            : new Verdict(at, HasMajority: true, [.. camps.Skip(1).SelectMany(c => c)]);
    }

    private sealed class Vote(List<Roster.Member> workers)
    {
        public List<Roster.Member> Workers => workers;

        public Dictionary<Roster.Member, string?> Answers { get; } = [];

        public IEnumerable<Roster.Member> Open => workers.Where(w => !Answers.ContainsKey(w));

        public long AskedAt { get; set; }

        public int TimesAsked { get; set; }
    }
}

/// <summary>Whether most workers hold the same state, and those who hold another.</summary>
internal sealed record Verdict(TermStep At, bool HasMajority, IReadOnlyList<Roster.Member> Drifted);
