using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// The checkpoints under way: each is one when both of its parts are on disk, by a manifest that is written last. Keeps the bank
/// rows of the commits since the newest, from which a lost keeper is rebuilt.
/// </summary>
internal sealed class CheckpointLedger(IActorContext context, IExecutor disk, RunDirectory directory, Roster roster, int keep)
{
    private const int Parts = 2, MostSince = 1000;
    private readonly SortedDictionary<TermStep, List<CheckpointPart>> underWay = [];
    private readonly List<KeeperDelta> since = [];

    /// <summary>The newest complete one of the chain; null: the untrained state.</summary>
    public Checkpoint? Newest { get; private set; }

    /// <summary>Whether the newest checkpoint and the rows since add up to the bank of the last commit.</summary>
    public bool CanRebuild { get; private set; }

    /// <summary>The rows of the commits since the newest checkpoint, as copies for a keeper to replay.</summary>
    public IReadOnlyList<KeeperDelta> Since() => [.. since.Select(d => d with { Rows = [.. d.Rows.Select(r => r.Share())] })];

    /// <summary>A term starts from this checkpoint, or, not <paramref name="known"/>, from a state that the members hold.</summary>
    public void Reset(Checkpoint? newest, bool known)
    {
        (Newest, CanRebuild) = (newest, known);
        Forget(long.MaxValue);
        underWay.Clear();
    }

    /// <summary>A bound on the rows that are kept for a keeper, also where checkpoints are rare.</summary>
    public bool IsLongSince => since.Count >= MostSince;

    public bool Holds(TermStep at) => Newest?.At == at;

    public void Committed(KeeperDelta delta)
    {
        if (delta.Rows.Count > 0)
            since.Add(delta);
    }

    /// <summary>Has a worker and the keeper write the state that they have just reached.</summary>
    public void Begin(int term, TermStep at)
    {
        if (at.Step > 0 && !Holds(at) && underWay.TryAdd(at, []))
            Ask(term, at);
    }

    /// <summary>Asks again for the parts of a state that is still held.</summary>
    public void Repeat(int term, TermStep at)
    {
        if (underWay.TryGetValue(at, out var parts) && parts.Count < Parts)
            Ask(term, at);
    }

    public void Take(StateSaved saved)
    {
        if (!underWay.TryGetValue(saved.At, out var parts) || parts.Exists(p => p.Name == saved.Part.Name))
            return;
        parts.Add(saved.Part);
        if (parts.Count == Parts)
            context.Run(disk, () => WriteManifest(saved.At, parts), done => new CheckpointWritten(done), error => new Failed(error));
    }

    public void Complete(Checkpoint checkpoint)
    {
        if (!underWay.ContainsKey(checkpoint.At))
            return;
        foreach (var older in underWay.Keys.Where(k => k <= checkpoint.At).ToArray())
            underWay.Remove(older);
        (Newest, CanRebuild) = (checkpoint, true);
        Forget(checkpoint.Step);
    }

    private void Ask(int term, TermStep at)
    {
        roster.ReadyWorkers.FirstOrDefault()?.Actor.Tell(new SaveState(term, at), context.Self);
        roster.Keeper?.Actor.Tell(new SaveState(term, at), context.Self);
    }

    private Checkpoint WriteManifest(TermStep at, List<CheckpointPart> parts)
    {
        directory.Checkpoints.WriteManifest(at, parts);
        directory.Checkpoints.Prune(directory.Terms.Chain(), keep);
        return new Checkpoint(at.Term, at.Step, parts);
    }

    private void Forget(long upTo)
    {
        foreach (var row in since.Where(d => d.Step <= upTo).SelectMany(d => d.Rows))
            row.Dispose();
        since.RemoveAll(d => d.Step <= upTo);
    }
}

/// <summary>The coordinator to itself: the manifest is on disk.</summary>
internal sealed record CheckpointWritten(Checkpoint Checkpoint);
