using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Data;

namespace Kindred.Actors.Training;

/// <summary>How the coordinator deals with members that come, fall behind, can't be reached, or are gone.</summary>
public sealed partial class Coordinator
{
    private bool TakeMembership(object message)
    {
        switch (message)
        {
            case Here here:
                Take(here, Sender!);
                return true;
            case StateHeld held:
                Take(held, Sender!);
                return true;
            case Terminated(var actor):
                Lose(actor);
                return true;
            case Down down:
                Take(down);
                return true;
            case MemberUnreachable(var node):
                roster.Reach(node, false);
                foreach (var member in roster.On(node))
                    Miss(member);
                return true;
            case MemberReachable(var node):
                roster.Reach(node, true);
                foreach (var member in roster.On(node))
                    member.ToldAt = 0;
                WelcomeBetterKeeper();
                return true;
            case MemberUp:
                announcer.Tell(Term);
                return true;
            case MemberRemoved(var node):
                foreach (var member in roster.On(node))
                    Lose(member.Actor);
                roster.Reach(node, true);
                return true;
            default:
                return false;
        }
    }

    private void Take(Here here, IActorRef actor)
    {
        if (roster.IsGone(actor))
            return;
        var isNew = roster.Take(actor, here, out var member);
        if (isNew)
            Context.Watch(actor);
        (member.HeadBefore, member.HeadAtHeartbeat) = (member.HeadAtHeartbeat, head.Step);
        var isBehind = member.IsBehind;
        if (phase == RunPhase.Gathering || (phase == RunPhase.Restoring && !member.Ready && here.State is not null && !member.CanBeAt(head)))
            Gather();
        else if (phase == RunPhase.Restoring && isNew && roster.Replicas.Contains(member))
            opening.Tell(member);
        else if (phase is RunPhase.Running or RunPhase.Ending && (isNew || (member.Ready && isBehind)))
            Welcome(member);
    }

    private void Take(StateHeld held, IActorRef actor)
    {
        if (roster.Find(actor) is not { } member || member.Life != held.Life || member.HasDrifted)
            return;
        var counts = held.State.Term == Term || held.State == opening.Origin;
        (member.State, member.Next, member.Ready) = (held.State, null, counts && roster.IsReachable(member) && (phase == RunPhase.Restoring || held.State.Step >= member.SuppliedAt));
        if (!member.Ready)
            return;
        if (phase == RunPhase.Restoring)
            RunWhenRestored();
        else if (member == roster.Keeper)
            steps.KeeperChanged();
        else
            steps.WorkersChanged();
    }

    private void Welcome(Roster.Member member)
    {
        if (member.Role == Role.Keeper && member != roster.Keeper)
        {
            WelcomeKeeper();
            return;
        }

        if (member.HasDrifted)
        {
            Drop(member);
            return;
        }

        observer.Noted($"{roster.NameOf(member.Actor)} joins at step {head.Step}");
        if (member.Role == Role.Evaluator)
            evaluations.Again(Term, head, worker: null);
        else if (member.Role is Role.Worker or Role.Keeper && supply.TrySupply(member, Term, head) is { } lost)
            GoBack(lost, recurs: fault is not null);
        else if (member.Role == Role.Worker)
            WorkerLost(member.Actor);
    }

    /// <summary>A keeper that stands by becomes the run's where that is missing, or shares this node, so that both could be lost at once.</summary>
    private void WelcomeKeeper()
    {
        var isMissing = roster.Keeper is not { } keeper || (!roster.IsReachable(keeper) && checkpoints.CanRebuild)
            || (keeper.IsCutOff && checkpoints.CanRebuild && roster.BestKeeper() is { IsCutOff: false });
        var isBetter = roster.Keeper is { Ready: true } near && near.Node == Context.Cluster.Self && checkpoints.CanRebuild;
        if (roster.BestKeeper() is not { } best || best == roster.Keeper || !(isMissing || (isBetter && best.Node != Context.Cluster.Self)))
            return;
        roster.Keeper = best;
        Welcome(best);
    }

    private void ReplaceKeeperIfCutOff()
    {
        if (roster.Keeper is { IsCutOff: true })
            WelcomeBetterKeeper();
    }

    private void WelcomeBetterKeeper()
    {
        if (phase is RunPhase.Running or RunPhase.Ending)
            WelcomeKeeper();
    }

    /// <summary>Nothing replaces it on one machine: the run ends, unless it was a worker and others are left.</summary>
    private void Take(Down down)
    {
        var isNew = down.Role == Role.Worker && roster.DownWorkers.Add(down.Member);
        if (!run.WaitsForMembers && (down.Role != Role.Worker || roster.DownWorkers.Count >= run.Workers))
        {
            End(fault ?? new InvalidOperationException($"{roster.NameOf(down.Member)} failed again and again and stays down; the run's log says why."));
            return;
        }

        if (isNew)
            observer.Noted($"{roster.NameOf(down.Member)} failed again and again and stays down; the run goes on without it");
        Lose(down.Member);
    }

    /// <summary>A replica that hasn't come along, or a keeper that stands by: it may have been told of a checkpoint that is pruned by now.</summary>
    private bool IsDispensable(Roster.Member? member) => phase is RunPhase.Running or RunPhase.Ending
        && (member is null or { Role: Role.Worker, Ready: false } || (member?.Role == Role.Keeper && member != roster.Keeper));

    /// <summary>
    /// Data are each node's own: where one can't read them, the run goes on while another can (true), and the node ends, unless the others lack one of its roles.
    /// </summary>
    private bool TryDoWithout(IActorRef actor, DataException reason)
    {
        if (roster.IsGone(actor))
            return true;
        if (roster.Find(actor) is not { } member || !roster.Members.Any(m => m.Role == member.Role && m.Node != member.Node && roster.IsReachable(m)))
            return false;
        var others = roster.Members.Where(m => m.Node != member.Node && roster.IsReachable(m)).Select(m => m.Node).Distinct().ToArray();
        var ends = member.Node.Roles.All(role => others.Any(o => o.Roles.Contains(role)));
        observer.Noted($"{member.Node.Name} {(ends ? "ends" : "has no data any more")}, the others go on: {reason.Message}");
        Lose(actor);
        if (ends)
            Context.Cluster.Resolve(member.Node, Guardian.Path).Tell(new Dismissed(Term, reason), Self);
        return true;
    }

    private void Lose(IActorRef actor)
    {
        if (roster.Remove(actor) is { } lost)
            Miss(lost);
    }

    /// <summary>A member can't be reached, now or ever.</summary>
    private void Miss(Roster.Member member)
    {
        member.Ready = false;
        if (phase == RunPhase.Restoring)
            Restore(member);
        else if (member.Role == Role.Keeper)
            WelcomeKeeper();
        else if (member.Role == Role.Worker)
            WorkerLost(member.Actor);
        else if (member.Role == Role.Data)
            steps.DataLost();
        else if (member.Role == Role.Evaluator)
            evaluations.Again(Term, head, worker: null);
    }

    private void Restore(Roster.Member lost)
    {
        if (lost.Role == Role.Keeper || !roster.Workers.Any())
            phase = RunPhase.Gathering;
        else
            RunWhenRestored();
    }

    private void WorkerLost(IActorRef worker)
    {
        steps.WorkersChanged(worker);
        evaluations.Again(Term, head, worker);
    }

    /// <summary>Members that were told long ago which state to take, and haven't answered, are told again.</summary>
    private void TellAgain()
    {
        foreach (var member in roster.Replicas.Where(m => !m.Ready && roster.IsReachable(m) && IsLongAgo(m.ToldAt)).ToArray())
            if (phase == RunPhase.Restoring)
                opening.Tell(member);
            else
                Welcome(member);
    }
}
