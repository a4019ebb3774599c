using Kindred.Actors.Protocol.Store;
using Kindred.Data.Formats;
using Kindred.Simulation.Tensors;
using Kindred.Simulation.Worlds;

namespace Kindred.Simulation.Checks;

/// <summary>
/// What is on the shared disk: terms are claimed and started in order, each goes on from a state that counts, there is always a
/// checkpoint to go back to once there was one, and metrics.jsonl says what the chain says.
/// </summary>
internal sealed class FileChecks(World world, HashReference? reference)
{
    private readonly Dictionary<int, StartRecord> starts = [];
    private readonly Dictionary<int, long> committed = [];
    private readonly HashSet<string> deleted = [];
    private int claimed;
    private bool hadCheckpoint;
    private long? ended;

    public void Changed(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(IFiles.Temporary, StringComparison.Ordinal))
            return;
        if (world.Disk.Read(path) is null)
            deleted.Add(path);
        if (name.EndsWith(".claim", StringComparison.Ordinal))
            Claimed(int.Parse(name.Split('.')[0]));
        else if (name.EndsWith(".start", StringComparison.Ordinal))
            Started();
        else if (path == RunDirectory.EndOf(World.Folder))
            ended = world.Queue.Milliseconds;
        else if (Checkpoint.Parse(name) is { } at)
            CheckpointChanged(at, isManifest: name.EndsWith(".json", StringComparison.Ordinal) && world.Disk.Read(path) is not null);
    }

    /// <summary>Whether it names a file that was there once.</summary>
    public bool IsOfDeleted(RunStoreException failure) => deleted.Any(path => failure.Message.Contains(path, StringComparison.Ordinal));

    public void Committed(TermStep at)
    {
        if (!starts.TryGetValue(at.Term, out var start))
            world.Check.Violated($"{at} was committed before its term had started");
        else if (at.Step != committed.GetValueOrDefault(at.Term, start.Step) + 1)
            world.Check.Violated($"{at} was committed after step {committed.GetValueOrDefault(at.Term, start.Step)}");
        committed[at.Term] = at.Step;
    }

    /// <summary>Whether a replica may be given this state under this term. One that is passed over commits nothing, so what it says late is no matter.</summary>
    public bool MayBegin(int term, TermStep state) =>
        starts.TryGetValue(term, out var start) ? state.Term == term || state == new TermStep(start.Parent, start.Step)
        : state == default || term < starts.Keys.DefaultIfEmpty(0).Max() || world.Read().Terms.Chain().Counts(state);

    /// <summary>Whether a replica in this state may apply that commit.</summary>
    public bool MayFollow(TermStep state, TermStep commit) =>
        state.Term == commit.Term || (starts.TryGetValue(commit.Term, out var start) && state == new TermStep(start.Parent, start.Step));

    public void AtEnd()
    {
        var directory = world.Read();
        var newest = directory.Checkpoints.NewestValid(directory.Terms.Chain());
        if (newest?.Step != world.Scenario.LastStep)
            world.Check.Violated($"the run is over, but its newest checkpoint is {newest?.Name ?? "none"}");
        var steps = directory.ReadMetrics().Where(m => m.Event == "step").ToArray();
        var numbers = steps.Select(m => m.At.Step).ToArray();
        if (!numbers.Order().SequenceEqual(Enumerable.Range(1, (int)world.Scenario.LastStep).Select(s => (long)s)))
            world.Check.Violated($"metrics.jsonl has the steps {string.Join(" ", numbers)} of {world.Scenario.LastStep}");
        foreach (var step in steps.Where(s => reference is not null && s.Number("loss") != reference.Losses[(int)s.At.Step]))
            world.Check.Violated($"metrics.jsonl has another loss at step {step.At}");
    }

    private void Claimed(int term)
    {
        if (term != ++claimed)
            world.Check.Violated($"term {term} was claimed after {claimed - 1}");
        var by = world.Read().Terms.OwnerOf(term)!;
        if (long.Parse(by.Split('/')[1]) < ended)
            world.Check.Violated($"term {term} was claimed by {by}, which was there before the run ended");
        ended = null;
    }

    private void Started()
    {
        var chain = Chain();
        foreach (var link in chain?.Links.Where(l => !starts.ContainsKey(l.Term)) ?? [])
        {
            if (starts.Count > 0 && link.Term < starts.Keys.Max())
                world.Check.Violated($"term {link.Term} started after term {starts.Keys.Max()}");
            starts.Add(link.Term, link);
        }
    }

    private TermChain? Chain()
    {
        try
        {
            return world.Read().Terms.Chain();
        }
        catch (RunStoreException e)
        {
            world.Check.Violated(e.Message);
            return null;
        }
    }

    private void CheckpointChanged(TermStep at, bool isManifest)
    {
        try
        {
            var directory = world.Read();
            var newest = directory.Checkpoints.NewestValid(directory.Terms.Chain());
            if (newest is null && hadCheckpoint)
                world.Check.Violated("there is no checkpoint any more");
            hadCheckpoint |= newest is not null;
            if (directory.Checkpoints.ReadBest(directory.Terms.Chain()) is { } best && !directory.Checkpoints.Holds(best.At))
                world.Check.Violated($"the best checkpoint {Checkpoint.NameOf(best.At)} is gone");
            if (newest?.At == at && isManifest)
                CheckContent(directory, newest);
        }
        catch (RunStoreException e)
        {
            world.Check.Violated(e.Message);
        }
    }

    private void CheckContent(RunDirectory directory, Checkpoint checkpoint)
    {
        foreach (var (part, stepAt, expected) in new[] { (CheckpointPart.Model, 3, reference?.Models), (CheckpointPart.Keeper, 2, reference?.Banks) })
        {
            using var stream = directory.Checkpoints.OpenPart(checkpoint, part);
            var state = HashBundle.Read(SafetensorsFile.Read(stream).Tensors);
            if (state[stepAt] != (ulong)checkpoint.Step || (expected is not null && !state.AsSpan().SequenceEqual(expected[(int)checkpoint.Step])))
                world.Check.Violated($"part {part} of checkpoint {checkpoint.Name} isn't the state of its step");
        }
    }
}
