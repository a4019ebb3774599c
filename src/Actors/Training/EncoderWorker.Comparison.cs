using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>How a worker lets its state be compared with the others'.</summary>
public sealed partial class EncoderWorker
{
    private TermStep? hashing;
    private StateHashed? hashed;

    private bool TakeComparison(object message)
    {
        switch (message)
        {
            case HashState ask when ask.At == hashed?.At:
                Coordinator.Tell(hashed with { Term = ask.Term }, Self);
                return true;
            case HashState ask when ask.At == hashing:
                return true;
            case HashState ask when ask.At == Head:
                hashing = ask.At;
                BesideStep(StateHash.Of, hash => new StateHashed(ask.Term, Life, ask.At, hash));
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
