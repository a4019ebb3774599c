using Kindred.Actors.Engines;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Tensors;
using Kindred.Simulation.Worlds;

namespace Kindred.Simulation.Checks;

/// <summary>What must hold after every event, however the cluster is treated. The first violation ends a simulation.</summary>
/// <param name="reference">What every state must be that of; null: it depends on who is faster (async).</param>
internal sealed class Invariants(World world, HashReference? reference)
{
    private const int MostInMailbox = 1000;
    private readonly ClaimChecks claims = new(world);
    private readonly FileChecks files = new(world, reference);
    private readonly ReplicaChecks replicas = new(world);
    private readonly SampleChecks samples = new(world);

    public string? Violation { get; private set; }

    public long Commits { get; private set; }

    /// <summary>Until then a fault of the disk may stop an actor, or end the run, to be started again.</summary>
    public TimeSpan MayFailUntil { get; set; }

    private bool MayFail => world.Queue.Now < MayFailUntil;

    public void Violated(string what)
    {
        Violation ??= $"at {world.Queue.Now.TotalSeconds:F3} s: {what}";
        world.Note($"VIOLATION {what}");
    }

    public void Model(ulong[] state)
    {
        samples.Look(state);
        if (reference is not null && !Is(state, reference.Models, state[3]))
            Violated($"a worker's state after {state[3]} steps isn't that of a run without faults");
    }

    public void Bank(ulong[] state)
    {
        if (reference is not null && !Is(state, reference.Banks, state[2]))
            Violated($"the keeper's state after {state[2]} steps isn't that of a run without faults");
    }

    /// <summary>A sum is applied whose oldest parameters lacked so many commits.</summary>
    public void Lacked(ulong commits)
    {
        if (commits > (ulong)world.Scenario.Staleness)
            Violated($"a gradient lacks {(long)commits} commits, and {world.Scenario.Staleness} is the most");
    }

    /// <summary>Actors may fail of what goes wrong with the disk, and a replica may be told late of a checkpoint that is pruned: the run may not end of that.</summary>
    public void ActorFailed(SimEngine engine, string what, Exception failure)
    {
        var isOfDisk = failure.InnerException is RunStoreException reason && (MayFail || files.IsOfDeleted(reason));
        if (!engine.IsDead && !isOfDisk)
            Violated($"{engine}{what}: {failure}");
    }

    public void Committed(StepReport step)
    {
        Commits++;
        claims.Committed(step.At);
        files.Committed(step.At);
    }

    public void Ended(RunEnd end, SimEngine engine)
    {
        var wasStopped = end is { Reason: null, Finished: false } && world.Stopping.MayEnd(engine);
        if (!MayFail && !wasStopped && end is not ({ Reason: null, Finished: true } or { Reason: NodeFailedException }))
            Violated($"the run ended with {end}");
    }

    public void FileChanged(string path) => files.Changed(path);

    public void FileMissed(string path) => claims.Missed(path);

    /// <summary>Called after every turn of an actor.</summary>
    public void AfterTurn(SimEngine engine, LocalActor actor)
    {
        if (actor.Depth > MostInMailbox)
            Violated($"{actor.Depth} messages wait for {actor} of {engine}");
        if (actor.Instance is ReplicaActor replica)
            replicas.Look(replica, actor, engine, files);
        else if (actor.Instance is Coordinator { LostLease: { } lost })
            Violated($"{engine}: {lost}");
    }

    /// <summary>The run is over.</summary>
    public void AtEnd() => files.AtEnd();

    private static bool Is(ulong[] state, IReadOnlyList<ulong[]> expected, ulong step) =>
        step < (ulong)expected.Count && state.AsSpan().SequenceEqual(expected[(int)step]);
}
