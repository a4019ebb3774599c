using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// The folder that decides who coordinates. A term is claimed by linking a complete file to its name (<c>0003.claim</c>); whoever
/// then reads its own identity there has won. The winner writes the term's start record (<c>0003.start</c>) before it commits.
/// Neither is ever changed or deleted, so terms only grow.
/// </summary>
public sealed class Terms(IFiles files, string folder)
{
    private const string Claim = ".claim", Start = ".start";

    /// <summary>Whether a file of this name in the folder is a claim or a start record.</summary>
    internal static bool IsOurs(string name) => Regex.IsMatch(name, @"^\d{4,}\.(claim|start)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>The newest claimed term; 0 where none is.</summary>
    public int NewestClaim() => Listed(Claim).DefaultIfEmpty(0).Max();

    /// <summary>
    /// Whether nobody claimed a later term. A coordinator asks before each commit, and steps down when not. Terms are claimed
    /// without gaps, so one look at the next name tells.
    /// </summary>
    public bool IsNewest(int term) => OwnerOf(term + 1) is null;

    /// <summary>The identity that claimed the term, or null.</summary>
    public string? OwnerOf(int term) => files.ReadAll(PathOf(term, Claim)) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>
    /// Tries to claim the term after the newest; null: another claimant was faster. <paramref name="identity"/> (node and
    /// incarnation) must be unlike any other's, for ever.
    /// </summary>
    public int? TryClaim(string identity)
    {
        var term = NewestClaim() + 1;
        files.TryCreate(PathOf(term, Claim), Encoding.UTF8.GetBytes(identity));
        return OwnerOf(term) == identity ? term : null;
    }

    /// <summary>Writes the start record of a claimed term. Doing it again with the same record does nothing.</summary>
    /// <exception cref="RunStoreException">
    /// The term isn't claimed or started otherwise, or (parent, step) doesn't count.
    /// </exception>
    public void WriteStart(StartRecord record)
    {
        if (OwnerOf(record.Term) is null)
            throw new RunStoreException($"Term {record.Term} can't start in {folder}: nobody claimed it.");
        var earlier = Records().Where(r => r.Term < record.Term).ToList();
        if (record.Parent != 0 && !TermChain.Of(earlier).Counts(new TermStep(record.Parent, record.Step)))
            throw new RunStoreException($"Term {record.Term} can't start from ({record.Parent}, {record.Step}): that state doesn't count.");
        TermChain.Of([.. earlier, record]);
        var path = PathOf(record.Term, Start);
        files.TryCreate(path, StoreJson.Bytes(record));
        if (StoreJson.Read<StartRecord>(files, path) is var there && there != record)
            throw new RunStoreException($"Term {record.Term} has already started from {there?.Parent}, step {there?.Step} ({path}).");
    }

    /// <summary>The chain as it is on disk now.</summary>
    public TermChain Chain() => TermChain.Of(Records());

    private List<StartRecord> Records() =>
        [.. Listed(Start).Select(term => StoreJson.Read<StartRecord>(files, PathOf(term, Start))).OfType<StartRecord>()];

    private IEnumerable<int> Listed(string kind) =>
        from name in files.List(folder)
        where name.EndsWith(kind, StringComparison.Ordinal)
        let term = int.TryParse(name.AsSpan(0, name.Length - kind.Length), NumberStyles.None, null, out var t) ? t : 0
        where term > 0
        select term;

    private string PathOf(int term, string kind) => Path.Combine(folder, $"{term:D4}{kind}");
}
