using System.Runtime.InteropServices;

namespace Kindred.Actors.Protocol.Store;

/// <summary>The commit number <paramref name="Step"/> of the coordinator of <paramref name="Term"/>; ordered by term, then step.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TermStep(int Term, long Step) : IComparable<TermStep>
{
    public int CompareTo(TermStep other) => (Term, Step).CompareTo((other.Term, other.Step));
    public static bool operator <(TermStep a, TermStep b) => a.CompareTo(b) < 0;
    public static bool operator >(TermStep a, TermStep b) => a.CompareTo(b) > 0;
    public static bool operator <=(TermStep a, TermStep b) => a.CompareTo(b) <= 0;
    public static bool operator >=(TermStep a, TermStep b) => a.CompareTo(b) >= 0;
}

/// <summary>
/// Says that <paramref name="Term"/> goes on from the state (<paramref name="Parent"/>, <paramref name="Step"/>); parent 0 with
/// step 0 is the untrained state. Written before the term's first commit.
/// </summary>
public sealed record StartRecord(int Term, int Parent, long Step);

/// <summary>
/// The start records that lead from the untrained state to the newest started term. Terms off it (never started, or abandoned by
/// a later term that went on from elsewhere) committed nothing that counts.
/// </summary>
public sealed class TermChain
{
    private readonly Dictionary<int, long> lastStep = [];

    private TermChain(IReadOnlyList<StartRecord> links)
    {
        Links = links;
        for (var i = 0; i < links.Count; i++)
            lastStep[links[i].Term] = i + 1 < links.Count ? links[i + 1].Step : long.MaxValue;
    }

    /// <summary>Oldest first; steps never fall.</summary>
    public IReadOnlyList<StartRecord> Links { get; }

    /// <summary>No term has started.</summary>
    public bool IsEmpty => Links.Count == 0;

    /// <exception cref="RunStoreException">A record names a parent that is missing, not older, or started later than it.</exception>
    public static TermChain Of(IEnumerable<StartRecord> records)
    {
        var byTerm = records.ToDictionary(r => r.Term);
        var links = new List<StartRecord>();
        for (var term = byTerm.Keys.DefaultIfEmpty(0).Max(); term != 0; term = links[^1].Parent)
        {
            if (!byTerm.TryGetValue(term, out var record))
                throw new RunStoreException($"The start record of term {term} is missing, but term {links[^1].Term} went on from it.");
            if (record.Parent < 0 || record.Parent >= term || record.Step < 0 || (record.Parent == 0 && record.Step != 0))
                throw new RunStoreException($"The start record of term {term} is damaged: parent {record.Parent}, step {record.Step}.");
            if (links.Count > 0 && links[^1].Step < record.Step)
                throw new RunStoreException(
                    $"Term {links[^1].Term} went on from step {links[^1].Step} of term {term}, which started from {record.Step}.");
            links.Add(record);
        }

        links.Reverse();
        return new TermChain(links);
    }

    /// <summary>
    /// Whether a state, checkpoint or metrics line counts: its term is on the chain, and its step is at most the step from which
    /// the next term on the chain started.
    /// </summary>
    public bool Counts(TermStep at) => lastStep.TryGetValue(at.Term, out var last) && at.Step <= last;
}
