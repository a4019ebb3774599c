using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>
/// The checkpoints under way: each is one when both of its parts are on disk, by a manifest that is written last. Keeps the bank
/// rows of the commits since the newest, from which a lost keeper is rebuilt.
/// </summary>
internal sealed class CheckpointLedger(
    IActorContext context, IExecutor disk, RunDirectory directory, Roster roster, RunOptions run, IRunObserver observer)
{
    private const int Parts = 2, MostSince = 1000, AgainAfter = 50, MostTimes = 4, AnswersAwaited = 12;
    private const long MostBytesSince = 1L << 28; // a keeper has them in 30 s also where a node sends 10 MB/s
    private readonly SortedDictionary<TermStep, UnderWay> underWay = [];
    private readonly List<KeeperDelta> since = [];
    private long bytesSince, forgottenUpTo;

    /// <summary>Workers whose disk hasn't taken a part for long, until it has.</summary>
    private readonly HashSet<IActorRef> hung = [];

    /// <summary>The newest complete one of the chain; null: the untrained state.</summary>
    public Checkpoint? Newest { get; private set; }

    /// <summary>Whether the newest checkpoint and the rows since add up to the bank of the last commit.</summary>
    public bool CanRebuild { get; private set; }

    /// <summary>The rows of the commits since the newest checkpoint, as copies for a keeper to replay.</summary>
    public IReadOnlyList<KeeperDelta> Since() => [.. since.Select(d => d with { Rows = [.. d.Rows.Select(r => r.Share())] })];

    /// <summary>A term starts from this checkpoint, or, not <paramref name="known"/>, from a state that the members hold.</summary>
    public void Reset(Checkpoint? newest, bool known)
    {
        (Newest, CanRebuild, forgottenUpTo) = (newest, known, 0);
        Forget(long.MaxValue);
        underWay.Clear();
    }

    /// <summary>A bound on the rows that are kept for a keeper, also where checkpoints are rare: due now, and again a while later.</summary>
    public bool IsLongSince => since.Count > 0 && since.Count % AgainAfter == 0
        && (since.Count >= MostSince || bytesSince >= MostBytesSince);

    public bool Holds(TermStep at) => Newest?.At == at;

    /// <summary>Where no checkpoint comes for long, because a disk hangs, the rows are let go: a keeper that is lost then takes the run back.</summary>
    public void Committed(KeeperDelta delta)
    {
        if (delta.Rows.Count == 0)
            return;
        since.Add(delta);
        bytesSince += delta.Rows.Sum(r => r.Size);
        if (since.Count < MostTimes * MostSince && bytesSince < MostTimes * MostBytesSince)
            return;
        (CanRebuild, forgottenUpTo) = (false, delta.Step);
        Forget(delta.Step);
    }

    /// <summary>
    /// Has a worker and the keeper write the state that they have just reached; false: that is done, or under way, or so many are: a
    /// slow disk has fewer checkpoints, not more copies of the state that wait for it. A worker whose disk has hung for long is passed over.
    /// </summary>
    public bool TryBegin(int term, TermStep at, int mostUnderWay)
    {
        if (at.Step == 0 || Holds(at) || underWay.ContainsKey(at))
            return false;
        var (late, writer) = (underWay.Values.Count(IsLate), FreeWriter());
        if (underWay.Count - late >= mostUnderWay || (writer is null && underWay.Count > 0 && mostUnderWay < int.MaxValue))
        {
            SaySkipped();
            return false;
        }

        Ask(term, at, underWay[at] = new UnderWay { Writer = writer, BegunAt = context.Clock.GetTimestamp() });
        return true;
    }

    /// <summary>
    /// Asks again for parts that aren't there: the request, or the answer, may have been lost. The state of the <paramref name="head"/> others hold too, should
    /// its writer's disk hang.
    /// </summary>
    public void Repeat(int term, TermStep head)
    {
        foreach (var (at, parts) in underWay.Where(u => u.Value.Written.Count < Parts && context.Clock.GetElapsedTime(u.Value.AskedAt) > run.AnswerWithin))
        {
            if (at == head && IsLate(parts) && FreeWriter() is { } other)
                (parts.Writer, parts.BegunAt) = (other, context.Clock.GetTimestamp());
            Ask(term, at, parts);
        }
    }

    /// <summary>Nobody has begun to write this part: but of the <paramref name="head"/> it can't be had any more, and its checkpoint is given up (true).</summary>
    public bool Take(NotSaved missing, TermStep head)
    {
        if (missing.At == head || !underWay.TryGetValue(missing.At, out var parts) || parts.Written.ContainsKey(missing.Part))
            return false;
        underWay.Remove(missing.At);
        observer.Noted($"the checkpoint of step {missing.At.Step} is given up: nobody holds its {missing.Part} part any more");
        return true;
    }

    /// <summary>Whether this worker's disk had hung, so that what it failed of is no news of the run's folder: others write there.</summary>
    public bool WasPassedOver(IActorRef worker) => hung.Remove(worker);

    /// <summary>A worker that has drifted writes no part that counts.</summary>
    public void Take(StateSaved saved, IActorRef writer)
    {
        hung.Remove(writer);
        if (!underWay.TryGetValue(saved.At, out var parts) || roster.Find(writer) is { HasDrifted: true })
            return;
        if (parts.Written.TryAdd(saved.Part.Name, (saved.Part, writer)))
            WriteManifestWhenComplete(saved.At, parts);
    }

    /// <summary>The workers' states were compared: most are the same, but not those of <paramref name="drifted"/>.</summary>
    public void Agreed(int term, TermStep at, IReadOnlyCollection<IActorRef> drifted)
    {
        if (!underWay.TryGetValue(at, out var parts))
            return;
        parts.Agreed = true;
        if (parts.Written.TryGetValue(CheckpointPart.Model, out var model) && drifted.Contains(model.Writer))
        {
            parts.Written.Remove(CheckpointPart.Model);
            Ask(term, at, parts);
        }

        WriteManifestWhenComplete(at, parts);
    }

    /// <param name="mayBeBest">Of these it isn't known yet, so they aren't deleted.</param>
    public void Complete(Checkpoint checkpoint, IReadOnlyCollection<TermStep> mayBeBest)
    {
        if (!underWay.ContainsKey(checkpoint.At))
            return;
        foreach (var older in underWay.Keys.Where(k => k <= checkpoint.At).ToArray())
            underWay.Remove(older);
        (Newest, CanRebuild) = (checkpoint, checkpoint.Step >= forgottenUpTo);
        Forget(checkpoint.Step);
        if (roster.Keeper is not { Ready: false }) // it may be reading an older one
            context.Run(disk, () => Prune(checkpoint.At, mayBeBest), done => done, error => new Failed(error));
    }

    private void WriteManifestWhenComplete(TermStep at, UnderWay parts)
    {
        if (!parts.Agreed || parts.Written.Count < Parts || parts.Writing)
            return;
        parts.Writing = true;
        CheckpointPart[] written = [.. parts.Written.Values.Select(w => w.Part)];
        var term = parts.Term;
        context.Run(
            disk,
            () => directory.Terms.IsNewest(term) ? WriteManifest(at, written) : null, // else a newer term may have looked already, and goes on from another state
            done => done is null ? new Superseded() : new CheckpointWritten(done),
            error => new Failed(error));
    }

    /// <summary>The first worker that isn't late with a part; null: there is none.</summary>
    private IActorRef? FreeWriter()
    {
        hung.UnionWith(underWay.Values.Where(IsLate).Select(u => u.Writer).OfType<IActorRef>());
        return roster.Lessees.FirstOrDefault(w => !hung.Contains(w.Actor))?.Actor;
    }

    /// <summary>A worker writes for as long as this only if its disk hangs.</summary>
    private bool IsLate(UnderWay parts) => !parts.Written.ContainsKey(CheckpointPart.Model) && context.Clock.GetElapsedTime(parts.BegunAt) > run.AnswerWithin * AnswersAwaited;

    private void SaySkipped()
    {
        var (at, first) = underWay.First();
        if (!first.WasSkippedFor)
            observer.Noted($"checkpoints are skipped until that of step {at.Step} is on the disk");
        first.WasSkippedFor = true;
    }

    private void Ask(int term, TermStep at, UnderWay parts)
    {
        (parts.AskedAt, parts.Term) = (context.Clock.GetTimestamp(), term);
        if (roster.Find(parts.Writer) is not { Ready: true, HasDrifted: false })
            parts.Writer = roster.FirstLessee?.Actor;
        parts.Writer?.Tell(new SaveState(term, at), context.Self);
        roster.Keeper?.Actor.Tell(new SaveState(term, at), context.Self);
    }

    private Checkpoint WriteManifest(TermStep at, IReadOnlyList<CheckpointPart> parts)
    {
        directory.Checkpoints.WriteManifest(at, parts);
        return new Checkpoint(at.Term, at.Step, parts);
    }

    private Pruned Prune(TermStep before, IReadOnlyCollection<TermStep> mayBeBest)
    {
        directory.Checkpoints.Prune(directory.Terms.Chain(), run.KeepCheckpoints, before, mayBeBest);
        return new Pruned();
    }

    private void Forget(long upTo)
    {
        foreach (var row in since.Where(d => d.Step <= upTo).SelectMany(d => d.Rows))
            row.Dispose();
        since.RemoveAll(d => d.Step <= upTo);
        bytesSince = since.Sum(d => d.Rows.Sum(r => r.Size));
    }

    private sealed record Pruned;

    private sealed record Superseded;

    private sealed class UnderWay
    {
        /// <summary>By name, in the order of the manifest.</summary>
        public SortedDictionary<string, (CheckpointPart Part, IActorRef Writer)> Written { get; } = new(StringComparer.Ordinal);

        public bool Agreed { get; set; }

        public bool Writing { get; set; }

        /// <summary>In which it is asked for.</summary>
        public int Term { get; set; }

        /// <summary>The worker that writes the model's part.</summary>
        public IActorRef? Writer { get; set; }

        public long BegunAt { get; set; }

        public long AskedAt { get; set; }

        /// <summary>Later ones were skipped while this one is written.</summary>
        public bool WasSkippedFor { get; set; }
    }
}

/// <summary>The coordinator to itself: the manifest is on disk.</summary>
internal sealed record CheckpointWritten(Checkpoint Checkpoint);
