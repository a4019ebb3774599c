using System.Text.RegularExpressions;

namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// The folder of checkpoints. The parts of a step may come from different processes; the manifest, written last, makes them a
/// checkpoint. What was interrupted has no manifest and is no checkpoint. <c>warn</c> is told, in one line, of each checkpoint that
/// is skipped because a part of it is missing or damaged.
/// </summary>
public sealed class CheckpointStore(IFiles files, string folder, Action<string> warn)
{
    private const string Manifest = ".json", Best = "best.json";

    /// <summary>Whether a file of this name in the folder is part of a checkpoint, or the mark of the best.</summary>
    internal static bool IsOurs(string name) => name == Best || Regex.IsMatch(name, @"^t\d{4,}-s\d{9,}\.(json|\w+\.safetensors)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>Writes a part (<c>model</c>, <c>keeper</c>) atomically; its report goes into the manifest.</summary>
    public CheckpointPart WritePart(TermStep at, string part, Action<Stream> write)
    {
        CheckpointPart? report = null;
        files.Replace(PathOf(at, part), stream =>
        {
            using var hashing = new HashingStream(stream);
            write(hashing);
            report = new CheckpointPart(part, hashing.Length, hashing.Checksum());
        });
        return report!;
    }

    /// <summary>Makes the written parts a checkpoint.</summary>
    public void WriteManifest(TermStep at, IReadOnlyList<CheckpointPart> parts)
    {
        var bytes = StoreJson.Bytes(new Checkpoint(at.Term, at.Step, parts));
        files.Replace(ManifestOf(at), stream => stream.Write(bytes));
    }

    /// <summary>The checkpoints whose (term, step) counts, newest first; their parts are not looked at.</summary>
    public IReadOnlyList<Checkpoint> OnChain(TermChain chain) =>
        [.. Manifests().Where(chain.Counts).OrderDescending().Select(TryManifest).OfType<Checkpoint>()];

    /// <summary>The newest checkpoint on the chain whose parts are all there, bit for bit; null where there is none at all.</summary>
    /// <exception cref="RunStoreException">There are checkpoints, but none of them can be used.</exception>
    public Checkpoint? NewestValid(TermChain chain)
    {
        var candidates = Manifests().Where(at => chain.IsEmpty || chain.Counts(at)).OrderDescending().ToList();
        if (chain.IsEmpty && candidates.Count > 0)
            throw new RunStoreException(
                $"{folder} holds {Names(candidates)}, but the run's terms are gone; restore its folder of terms, or train anew.");
        var newest = candidates.Select(TryManifest).FirstOrDefault(c => c is not null && IsValid(c));
        if (newest is null && candidates.Count > 0)
            throw new RunStoreException(
                $"No checkpoint in {folder} can be used: {Names(candidates)} are damaged; restore one, or train anew.");
        return newest;
    }

    /// <summary>Whether all parts are there and have their checksums; the first that hasn't is named in a warning.</summary>
    public bool IsValid(Checkpoint checkpoint)
    {
        var fault = checkpoint.Parts.Select(part => Fault(checkpoint.At, part)).FirstOrDefault(f => f is not null);
        if (fault is not null)
            warn($"Skipped checkpoint {checkpoint.Name}: {fault}");
        return fault is null;
    }

    /// <summary>A part's bytes, unchecked: see <see cref="IsValid"/>.</summary>
    public Stream OpenPart(Checkpoint checkpoint, string part) =>
        files.OpenRead(PathOf(checkpoint.At, part))
        ?? throw new RunStoreException($"Checkpoint {checkpoint.Name} has no part '{part}' ({PathOf(checkpoint.At, part)}).");

    public bool Holds(TermStep at)
    {
        using var manifest = files.OpenRead(ManifestOf(at));
        return manifest is not null;
    }

    public void MarkBest(BestMark mark)
    {
        var bytes = StoreJson.Bytes(mark);
        files.Replace(Path.Combine(folder, Best), stream => stream.Write(bytes));
    }

    /// <summary>The mark, or null where none was set or it no longer counts.</summary>
    public BestMark? ReadBest(TermChain chain) =>
        StoreJson.Read<BestMark>(files, Path.Combine(folder, Best)) is { } mark && chain.Counts(mark.At) ? mark : null;

    /// <summary>
    /// Deletes what is older than the newest <paramref name="keep"/> (at least two) on the chain, and what doesn't count; never
    /// the best one, those that <paramref name="mayBeBest"/>, nor <paramref name="before"/> and later ones, nor what is being written. Only for the coordinator of the newest term.
    /// </summary>
    public void Prune(TermChain chain, int keep, TermStep before, params IEnumerable<TermStep> mayBeBest)
    {
        var whole = OnChain(chain).Where(HasItsLengths).Select(c => c.At).ToList();
        if (whole.Count < 2)
            return;
        var kept = whole.Take(Math.Max(2, keep)).Concat(mayBeBest).ToHashSet();
        if (ReadBest(chain) is { } best)
            kept.Add(best.At);
        var old = files.List(folder).Where(name => IsOurs(name) && Checkpoint.Parse(name) is { } at && at < whole[0] && at < before && !kept.Contains(at));
        // Manifests first: a death in between leaves parts without a manifest, never a manifest without its parts.
        foreach (var name in old.OrderBy(name => !name.EndsWith(Manifest, StringComparison.Ordinal)).ToList())
            files.Delete(Path.Combine(folder, name));
    }

    private bool HasItsLengths(Checkpoint checkpoint) => checkpoint.Parts.All(part =>
    {
        using var stream = files.OpenRead(PathOf(checkpoint.At, part.Name));
        return stream?.Length == part.Length;
    });

    private string? Fault(TermStep at, CheckpointPart part)
    {
        var path = PathOf(at, part.Name);
        try
        {
            using var stream = files.OpenRead(path);
            if (stream is null)
                return $"{path} is missing";
            if (stream.Length != part.Length)
                return $"{path} has {stream.Length} of {part.Length} bytes";
            return HashingStream.ChecksumOf(stream) == part.Checksum ? null : $"{path} was changed (its checksum is another)";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private IEnumerable<TermStep> Manifests() =>
        files.List(folder).Where(n => n.EndsWith(Manifest, StringComparison.Ordinal)).Select(Checkpoint.Parse).OfType<TermStep>();

    private Checkpoint? TryManifest(TermStep at)
    {
        try
        {
            return StoreJson.Read<Checkpoint>(files, ManifestOf(at)) is var manifest && (manifest is null || manifest.At == at)
                ? manifest
                : throw new RunStoreException($"{ManifestOf(at)} is that of {manifest.Name}.");
        }
        catch (RunStoreException e)
        {
            warn($"Skipped checkpoint {Checkpoint.NameOf(at)}: {e.Message}");
            return null;
        }
    }

    private static string Names(IEnumerable<TermStep> all) => string.Join(", ", all.Select(Checkpoint.NameOf));

    private string ManifestOf(TermStep at) => Path.Combine(folder, Checkpoint.NameOf(at) + Manifest);

    private string PathOf(TermStep at, string part) => Path.Combine(folder, $"{Checkpoint.NameOf(at)}.{part}.safetensors");
}
