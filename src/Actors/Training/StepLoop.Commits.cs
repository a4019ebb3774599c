using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>The last commit is kept: should every worker have missed it, the state would be lost.</summary>
internal sealed partial class StepLoop
{
    private Commit? last;

    /// <summary>Sends the last commit again to a worker whose state counts and lacks just that one; false: it lacks more, or nothing.</summary>
    public bool TryRepeatCommit(Roster.Member worker)
    {
        if (last is null || worker.Role != Role.Worker || worker.State is not { } state || state.Step != last.Step - 1)
            return false;
        worker.Actor.Tell(new TakeState(term, new StateSource.Held(state)), context.Self); // it may not know that this term has begun
        worker.Actor.Tell(last with { Sum = last.Sum!.Share() }, context.Self);
        return true;
    }

    private void KeepCommit(Commit? commit)
    {
        last?.Sum?.Dispose();
        last = commit;
    }
}
