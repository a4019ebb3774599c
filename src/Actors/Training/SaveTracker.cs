using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// The checkpoints under way: each becomes one when both of its parts are on disk, by a manifest that is written last. Keeps the
/// bank rows of the commits since the newest, from which a lost keeper is rebuilt.
/// </summary>
internal sealed class SaveTracker
{
    private readonly SortedDictionary<TermStep, List<CheckpointPart>> underWay = [];
    private readonly List<KeeperDelta> since = [];

    /// <summary>The newest complete checkpoint of the chain; null: the seed.</summary>
    public Checkpoint? Newest { get; private set; }

    /// <summary>Copies for a keeper to replay.</summary>
    public IReadOnlyList<KeeperDelta> Since() => [.. since.Select(d => d with { Rows = [.. d.Rows.Select(r => r.Share())] })];

    /// <summary>Whether newest checkpoint and rows since add up to the bank of the last commit.</summary>
    public bool CanRebuild { get; private set; }

    public bool IsSaving(TermStep at) => underWay.ContainsKey(at);

    public bool Has(TermStep at) => Newest?.At == at;

    /// <summary>A term starts from this checkpoint (null: the untrained state), or, not <paramref name="known"/>, from a state that the members hold.</summary>
    public void Reset(Checkpoint? newest, bool known)
    {
        (Newest, CanRebuild) = (newest, known);
        Forget(long.MaxValue);
        underWay.Clear();
    }

    public void Begin(TermStep at) => underWay[at] = [];

    public void Committed(KeeperDelta delta) => since.Add(delta);

    /// <summary>Takes a part's report; gives the checkpoint when it is the last one, for its manifest to be written.</summary>
    public Checkpoint? Take(TermStep at, CheckpointPart part)
    {
        if (!underWay.TryGetValue(at, out var parts) || parts.Exists(p => p.Name == part.Name))
            return null;
        parts.Add(part);
        return parts.Count == 2 ? new Checkpoint(at.Term, at.Step, parts) : null;
    }

    /// <summary>The manifest is on disk.</summary>
    public void Complete(Checkpoint checkpoint)
    {
        underWay.Remove(checkpoint.At);
        (Newest, CanRebuild) = (checkpoint, true);
        Forget(checkpoint.Step);
    }

    private void Forget(long upTo)
    {
        foreach (var row in since.Where(d => d.Step <= upTo).SelectMany(d => d.Rows))
            row.Dispose();
        since.RemoveAll(d => d.Step <= upTo);
    }
}
