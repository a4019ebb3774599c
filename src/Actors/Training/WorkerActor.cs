using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>What a worker is asked for in every mode: copies of its state for others, and a hash of it, to be compared with the others'.</summary>
public abstract class WorkerActor(IReplica replica, CheckpointStore checkpoints, IActorRef coordinator)
    : ReplicaActor(replica, Role.Worker, CheckpointPart.Model, checkpoints, coordinator)
{
    private readonly IReplica replica = replica;
    private TermStep? hashing;
    private StateHashed? hashed;

    /// <summary>False: the message is another one.</summary>
    protected bool TakeRequest(object message)
    {
        switch (message)
        {
            case ShareState share when Head is { } head:
                OnState(replica.Snapshot, copy => share.Newcomer.Tell(new TakeState(share.Term, new StateSource.FromPeer(head, copy)), Self));
                return true;
            case EvaluateState request when request.At == Head:
                OnState(replica.Snapshot, copy => request.Evaluator.Tell(new Evaluate(request.Term, request.At, copy), Self));
                return true;
            case HashState ask when ask.At == hashed?.At:
                Coordinator.Tell(hashed with { Term = ask.Term }, Self);
                return true;
            case HashState ask when ask.At == hashing:
                return true;
            case HashState ask when ask.At == Head:
                hashing = ask.At;
                BesideStep(Context.Executor("hash"), StateHash.Of, hash => new StateHashed(ask.Term, Life, ask.At, hash));
                return true;
            case HashState ask:
                Coordinator.Tell(new StateHashed(ask.Term, Life, ask.At, Hash: null), Self);
                return true;
            case StateHashed done:
                hashed = done;
                Coordinator.Tell(done, Self);
                return true;
            case DropState drop when drop.Life == Life:
                throw new InvalidDataException("This worker's state isn't the others': it drops its state and takes theirs.");
            default:
                return message is DropState;
        }
    }
}
