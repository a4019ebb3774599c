using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Protocol;

/// <summary>What a member does in the run.</summary>
public enum Role
{
    Worker,
    Keeper,
    Data,
    Evaluator,
}

/// <summary>
/// Any actor → coordinator, at its start and then every second: I am here, on this node, and hold this state: so many commits,
/// the last of them made under its term. Null: I hold none. Life is another number after each restart. A keeper that has the rows of
/// the next commit too, but doesn't know whether it counts, says in <paramref name="Next"/> that it can be there at once.
/// </summary>
public sealed record Here(Role Role, Node Node, ulong Life, TermStep? State, TermStep? Next = null);

/// <summary>Coordinator → worker or keeper: under this term your state is this. Messages of older terms are refused from here on.</summary>
public sealed record TakeState(int Term, StateSource Source) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => Source switch
    {
        StateSource.FromPeer peer => [peer.Bundle],
        StateSource.FromCheckpoint from => from.Since.SelectMany(delta => delta.Rows),
        _ => [],
    };
}

/// <summary>Worker or keeper → coordinator: I hold this state.</summary>
public sealed record StateHeld(int Term, ulong Life, TermStep State) : ITermed;

/// <summary>Coordinator → worker: send this newcomer a copy of your state, as it is after the commits sent so far.</summary>
public sealed record ShareState(int Term, IActorRef Newcomer) : ITermed;

/// <summary>Where a state comes from, and which one it is.</summary>
public abstract record StateSource(TermStep State)
{
    /// <summary>The one that the receiver holds already.</summary>
    public sealed record Held(TermStep State) : StateSource(State);

    /// <summary>A checkpoint's part (null: the untrained state of the run's seed), then for the keeper the bank rows of each commit since.</summary>
    public sealed record FromCheckpoint(TermStep State, Checkpoint? Checkpoint, IReadOnlyList<KeeperDelta> Since) : StateSource(State);

    /// <summary>A live peer's copy.</summary>
    public sealed record FromPeer(TermStep State, TensorBundle Bundle) : StateSource(State);
}

/// <summary>Coordinator → one worker, and the keeper: write your part of the checkpoint of the state that you have just reached.</summary>
public sealed record SaveState(int Term, TermStep At) : ITermed;

/// <summary>Worker or keeper → coordinator: the part is on disk.</summary>
public sealed record StateSaved(int Term, TermStep At, CheckpointPart Part) : ITermed;

/// <summary>Worker or keeper → coordinator: I don't hold that state, and haven't begun to write the part.</summary>
public sealed record NotSaved(int Term, TermStep At, string Part) : ITermed;

/// <summary>Coordinator → one worker: send the evaluator a copy of the state that you have just reached.</summary>
public sealed record EvaluateState(int Term, TermStep At, IActorRef Evaluator) : ITermed;

/// <summary>Worker → evaluator: evaluate this snapshot, tell the coordinator.</summary>
public sealed record Evaluate(int Term, TermStep At, TensorBundle State) : ITermed, ICarriesBundles
{
    IEnumerable<TensorBundle> ICarriesBundles.Bundles => [State];
}

/// <summary>Evaluator → coordinator: the snapshot is here.</summary>
public sealed record EvaluationBegun(int Term, TermStep At) : ITermed;

/// <summary>Evaluator → coordinator.</summary>
public sealed record Evaluated(int Term, TermStep At, EvaluationResult Result) : ITermed;

/// <summary>
/// Any actor → coordinator: something that no retry mends (bad data, a full disk); the run ends with it. Of an older Term it may be a
/// checkpoint that is pruned by now; null: it has nothing to do with terms.
/// </summary>
public sealed record Failed(Exception Reason, int? Term = null);

/// <summary>Worker or keeper → coordinator, before its supervisor restarts it: why.</summary>
public sealed record Faulted(Exception Reason);

/// <summary>Guardian → coordinator: this member failed again and again and stays down.</summary>
public sealed record Down(IActorRef Member, Role Role);

/// <summary>Coordinator → the guardian of every node, at its claim and then every second: who coordinates. Its sender is the coordinator.</summary>
public sealed record Coordinates(int Term, Node Node) : ITermed;

/// <summary>Coordinator → its guardian: a newer term was claimed, I coordinate no more.</summary>
public sealed record SteppedDown(int Term) : ITermed;

/// <summary>Coordinator → the guardian of every other node: the run is over; told again until it is confirmed.</summary>
public sealed record RunOver(int Term, TermStep At, bool Finished, Exception? Reason) : ITermed;

/// <summary>Coordinator → the guardian of one node: it ends for this reason, the others go on.</summary>
public sealed record Dismissed(int Term, Exception Reason) : ITermed;

/// <summary>Guardian → coordinator: heard that the run is over.</summary>
public sealed record RunOverHeard(Node Node);

/// <summary>Host → coordinator: finish the step, or leave one that doesn't end; save, evaluate, end. Told again and again while it is wanted, for it may be taken back.</summary>
/// <param name="Leaves">
/// The last node leaves the run: for one that is away, it isn't over. Told once, and only to a coordinator of the same node.
/// </param>
public sealed record StopRun(bool Leaves = false);

/// <summary>Host → coordinator: this node is about to leave. Answered by <see cref="MayLeave"/>.</summary>
public sealed record Leave(Node Node);

/// <summary>Coordinator → host: others hold the run's state, or it is saved. From a guardian that hears no coordinator: perhaps not.</summary>
public sealed record MayLeave(bool IsSaved = true);
