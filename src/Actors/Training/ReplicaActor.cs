using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// An actor that holds a copy of a part of the run's state and computes with it on one thread of its own, the device: what
/// workers and the keeper have in common. It takes a state when told, applies commits in order and without gaps, refuses
/// messages of older terms, and writes its part of a checkpoint beside the training.
/// </summary>
public abstract partial class ReplicaActor(IReplica replica, Role role, string part, CheckpointStore checkpoints, IActorRef coordinator) : Actor
{
    private readonly Queue<Action> stateWork = [];
    private IExecutor? device, disk;
    private Heartbeat? heartbeat;
    private bool busy;
    private TermStep? saving;
    private StateSaved? saved;

    protected int Term { get; private set; }

    /// <summary>The state that the device will hold when it has done what is queued; null while there is none.</summary>
    protected TermStep? Head { get; private set; }

    /// <summary>The last commit that the device's state holds: the head, but for what is queued.</summary>
    protected long Applied { get; private set; }

    /// <summary>Whether commits and snapshots wait for the device.</summary>
    protected bool StateWorkWaits => stateWork.Count > 0;

    /// <summary>Whether an answer under way still needs the state as it is, so that commits must wait. Never in sync.</summary>
    protected virtual bool NeedsStateAsItIs => false;

    /// <summary>The state that this replica will be in once it knows that the next commit counts; null: none is waiting.</summary>
    protected virtual TermStep? Next => null;

    /// <summary>For whoever checks it: the newest term it was told, and the state it holds.</summary>
    internal int KnownTerm => Term;

    internal TermStep? HeldState => Head;

    protected IActorRef Coordinator => coordinator;

    /// <summary>Unlike that of the actor before its restart.</summary>
    protected ulong Life => heartbeat!.Life;

    protected internal override void PreStart()
    {
        device = Context.Executor("device");
        disk = Context.Executor("disk");
        heartbeat = new Heartbeat(Context, role, coordinator, () => (Head, Next));
    }

    protected internal override void PostStop()
    {
        DropStep();
        foreach (var commit in earlyCommits)
            Release(commit);
        replica.Dispose();
    }

    protected internal sealed override void Receive(object message)
    {
        switch (message)
        {
            case ITermed termed and not StateSaved when termed.Term < Term:
                (message as ICarriesBundles)?.Release();
                return;
            case TakeState { Source: StateSource.Held held } when !TryBeAt(held.State):
                heartbeat!.Send();
                break;
            case TakeState take:
                Take(take);
                break;
            case Commit commit:
                Take(commit);
                break;
            case SaveState save when save.At == saved?.At:
                coordinator.Tell(saved with { Term = save.Term }, Self);
                break;
            case SaveState save when save.At == saving:
                break;
            case SaveState save when TryBeAt(save.At):
                Save(save);
                break;
            case SaveState save:
                coordinator.Tell(new NotSaved(save.Term, save.At, part), Self);
                break;
            case DeviceDone(var then):
                busy = false;
                then();
                break;
            case StateSaved done:
                saved = done;
                coordinator.Tell(done, Self);
                break;
            case WorkFailed(var reason):
                Fail(reason);
                break;
            case Heartbeat.Beat:
                heartbeat!.Send();
                break;
            default:
                Handle(message);
                break;
        }

        StartNext();
    }

    /// <summary>The role's own messages.</summary>
    protected abstract void Handle(object message);

    /// <summary>Starts the next piece of the open step's work with <see cref="OnDevice"/>, if there is one.</summary>
    protected abstract void StartWork();

    /// <summary>Applies a commit to the replica, on the device's thread.</summary>
    protected abstract void Apply(Commit commit);

    /// <summary>After a restore from a checkpoint: the commits since (on the device's thread).</summary>
    protected abstract void Replay(IReadOnlyList<KeeperDelta> since);

    /// <summary>Lets go of everything that belongs to open steps.</summary>
    protected abstract void DropStep();

    /// <summary>Lets go of everything that belongs to the step that is now committed, and to earlier ones.</summary>
    protected virtual void DropCommitted() => DropStep();

    /// <summary>Whether the replica is in this state; one that can be in it at once is from here on.</summary>
    protected virtual bool TryBeAt(TermStep state) => state == Head;

    /// <summary>Takes the next commit.</summary>
    protected virtual void Accept(Commit commit) => Advance(commit);

    protected void Advance(Commit commit)
    {
        Head = new TermStep(commit.Term, commit.Step);
        DropCommitted();
        OnState(
            () =>
            {
                using (commit.Sum)
                    Apply(commit);
                return commit.Step;
            },
            step => Applied = step);
    }

    /// <summary>Runs work on the device's thread, then its continuation as a message to this actor.</summary>
    protected void OnDevice<T>(Func<T> work, Action<T> then)
    {
        busy = true;
        Context.Run(device!, work, result => new DeviceDone(() => then(result)), error => new WorkFailed(error));
    }

    /// <summary>Queues work that reads or changes the state; it goes before the open step's.</summary>
    protected void OnState<T>(Func<T> work, Action<T> then)
    {
        var trace = ActorTelemetry.Current;
        stateWork.Enqueue(() =>
        {
            using var span = ActorTelemetry.Start("state", trace, Self.Path);
            OnDevice(work, then);
        });
    }

    private void StartNext()
    {
        if (busy)
            return;
        if (!NeedsStateAsItIs && stateWork.TryDequeue(out var next))
            next();
        else if (Head is not null)
            StartWork();
    }

    private void Save(SaveState save)
    {
        saving = save.At;
        BesideStep(
            disk!,
            snapshot => checkpoints.WritePart(save.At, part, file => SafetensorsFile.Write(file, snapshot.Entries())),
            written => new StateSaved(save.Term, save.At, written));
    }

    /// <summary>Copies the state on the device's thread; what is done with the copy runs beside the training, and comes back as a message.</summary>
    protected void BesideStep<T>(IExecutor executor, Func<TensorBundle, T> work, Func<T, object> done) => OnState(replica.Snapshot, snapshot => Context.Run(
        executor,
        () =>
        {
            using (snapshot)
                return work(snapshot);
        },
        done,
        error => new WorkFailed(error)));

    /// <summary>What no restart mends ends the run, where this replica is needed; the supervisor starts this actor again without a state.</summary>
    private void Fail(Exception reason)
    {
        coordinator.Tell(reason is RunStoreException or InvalidDataException ? new Failed(reason, Term) : new Faulted(reason), Self);
        throw new InvalidOperationException($"The {role.ToString().ToLowerInvariant()} failed: {reason.Message}", reason);
    }

    private sealed record DeviceDone(Action Then);

    protected sealed record WorkFailed(Exception Reason);
}
