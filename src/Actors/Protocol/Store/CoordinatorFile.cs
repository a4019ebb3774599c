namespace Kindred.Actors.Protocol.Store;

/// <summary>
/// coordinator.json: who coordinates a run and where that stands, renewed every second while it lives. It is shown to people and
/// keeps a start elsewhere from taking the run over unasked; who may commit, the terms alone decide, and that the run is over, end.json.
/// </summary>
/// <param name="Node">The coordinator's node, with its <paramref name="Incarnation"/>.</param>
/// <param name="Incarnation">Unix milliseconds of the node's start, or 1 where one process is all.</param>
/// <param name="Host">The machine; only there does the run directory's lock tell whether the coordinator lives.</param>
/// <param name="Term">The fencing epoch.</param>
/// <param name="Step">Commits so far.</param>
/// <param name="Phase">gathering, restoring, running, ending, <see cref="Stopping"/>, or <see cref="Ended"/>.</param>
/// <param name="WaitsFor">What the run can't go on without; null: nothing.</param>
/// <param name="Nodes">Names of the nodes that are there, the coordinator's among them.</param>
/// <param name="Workers">The workers, with their nodes' names, that hold the run's state.</param>
/// <param name="Renewed">By the coordinator's clock.</param>
/// <param name="Failure">Why the run failed; null: it didn't.</param>
/// <param name="Cluster">The name by which its nodes find one another; null: one process is all.</param>
public sealed record CoordinatorFile(
    string Node, long Incarnation, string Host, int Term, long Step, string Phase, string? WaitsFor,
    IReadOnlyList<string> Nodes, IReadOnlyList<string> Workers, DateTimeOffset Renewed, Exception? Failure = null, string? Cluster = null)
{
    /// <summary>The phase of a coordinator that has ended, in order or with a failure.</summary>
    public const string Ended = "ended";

    /// <summary>The phase of one that was asked to stop, until all is saved.</summary>
    public const string Stopping = "stopping";

    /// <returns>null where no coordinator has written yet.</returns>
    /// <exception cref="RunStoreException">The file can't be read.</exception>
    public static CoordinatorFile? Read(IFiles files, string run) => StoreJson.Read<CoordinatorFile>(
        files, RunDirectory.CoordinatorOf(run), "look again in some seconds, whoever coordinates the run writes it anew; if nobody does, delete it");

    /// <exception cref="RunStoreException">The run directory can't be written.</exception>
    public void Write(IFiles files, string run)
    {
        var bytes = StoreJson.Bytes(this);
        files.Replace(RunDirectory.CoordinatorOf(run), stream => stream.Write(bytes));
    }
}
