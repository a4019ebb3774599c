using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>While steps are being committed: gives a newcomer, a restarted member, or one that missed a commit the state it needs.</summary>
internal sealed class StateSupply(IActorContext context, Roster roster, TermOpening opening, CheckpointLedger checkpoints, ICommitLoop steps)
{
    /// <summary>
    /// A worker gets a live peer's copy, and every commit from now on, or the one commit that it missed; a keeper the newest checkpoint and the rows since; one that
    /// holds the state is told so. Returns null, or why nobody has the state any more, so that the run must go back.
    /// </summary>
    public string? TrySupply(Roster.Member member, int term, TermStep head)
    {
        (member.Ready, member.ToldAt, member.SuppliedAt) = (false, context.Clock.GetTimestamp(), head.Step);
        if (member.CanBeAt(head))
            member.Actor.Tell(new TakeState(term, new StateSource.Held(head)), context.Self);
        else if (member.Role == Role.Keeper && checkpoints.CanRebuild)
            member.Actor.Tell(new TakeState(term, new StateSource.FromCheckpoint(head, checkpoints.Newest, checkpoints.Since())), context.Self);
        else if (member.Role == Role.Keeper)
            return $"the bank of step {head.Step} is lost";
        else if ((member.State?.Term == term || member.State == opening.Origin) && steps.TryRepeatCommit(member))
            member.Actor.Tell(new TakeState(term, new StateSource.Held(head)), context.Self);
        else if (roster.Lessees.FirstOrDefault(w => !w.IsBehind) is { } peer)
            peer.Actor.Tell(new ShareState(term, member.Actor), context.Self);
        else if (!roster.Members.Any(m => m.Role == Role.Worker && m.CanBeAt(head)))
            return $"no worker holds the state of step {head.Step} any more";
        return null;
    }
}
