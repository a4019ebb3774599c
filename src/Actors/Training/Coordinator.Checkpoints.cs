using Kindred.Actors.Protocol;

namespace Kindred.Actors.Training;

/// <summary>How the coordinator has checkpoints written, and hears of the one from which a term may go on.</summary>
public sealed partial class Coordinator
{
    private bool TakeCheckpoint(object message)
    {
        switch (message)
        {
            case StateSaved saved:
                checkpoints.Take(saved, Sender!);
                return true;
            case NotSaved missing:
                if (checkpoints.Take(missing, head) && (waitForSave.Count > 0 || !checkpoints.CanRebuild))
                    Save();
                return true;
            case CheckpointWritten(var checkpoint):
                evaluations.Written(checkpoint.At);
                checkpoints.Complete(checkpoint, evaluations.MayBeBest);
                observer.Saved(checkpoint.Step);
                LetGo(checkpoint.At);
                WelcomeBetterKeeper();
                EndWhenDone();
                return true;
            case CheckpointFound newest:
                opening.Take(newest);
                if (phase == RunPhase.Gathering)
                    Gather();
                return true;
            default:
                return false;
        }
    }

    /// <summary>False: it isn't needed, or so many are being written already.</summary>
    private bool Save(int mostUnderWay = int.MaxValue)
    {
        var begins = checkpoints.TryBegin(Term, head, mostUnderWay);
        if (begins)
            Compare(head);
        return begins;
    }
}
