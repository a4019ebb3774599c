using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Formats;

namespace Kindred.Actors.Training;

/// <summary>
/// How a replica comes by its state: it is told one, and takes the commits that follow in order. Commits of a term whose state it hasn't
/// been told yet wait; after a gap it drops its state, and says so by its heartbeat.
/// </summary>
public abstract partial class ReplicaActor
{
    private const int MostEarlyCommits = 64;
    private readonly Queue<Commit> earlyCommits = [];

    private void Take(TakeState take)
    {
        if (take.Term == Term && Head is { } current && (current == take.Source.State || (current.Term == Term && current.Step >= take.Source.State.Step)))
        {
            Release(take);
            if (NeedsStateAsItIs) // its leases are others' by now: the answers that it waits for may never come
                DropStep();
            OnState(() => current, state => coordinator.Tell(new StateHeld(Term, heartbeat!.Life, state), Self));
            return;
        }

        (Term, Head, saving, saved) = (take.Term, take.Source.State, null, null);
        DropStep();
        OnState(() => Load(take.Source), state =>
        {
            Applied = state.Step;
            coordinator.Tell(new StateHeld(take.Term, heartbeat!.Life, state), Self);
        });
        Commit[] early = [.. earlyCommits];
        earlyCommits.Clear();
        foreach (var commit in early)
            if (commit.Term == Term && commit.Step > Head?.Step)
                Take(commit);
            else
                Release(commit);
    }

    private TermStep Load(StateSource source)
    {
        switch (source)
        {
            case StateSource.FromCheckpoint { Checkpoint: { } checkpoint } from:
                using (var file = checkpoints.OpenPart(checkpoint, part))
                    replica.Restore(SafetensorsFile.Read(file).Tensors);
                Replay(from.Since);
                break;
            case StateSource.FromCheckpoint from:
                replica.Initialise();
                Replay(from.Since);
                break;
            case StateSource.FromPeer from:
                using (from.Bundle)
                    replica.Restore(from.Bundle.Entries());
                break;
        }

        return source.State;
    }

    private void Take(Commit commit)
    {
        if (Next is { } next && next.Step < commit.Step)
            TryBeAt(next);
        if (Head is not { } head || commit.Term > Term)
            HoldEarly(commit);
        else if (commit.Step == head.Step + 1)
            Accept(commit);
        else
            Refuse(commit, isGap: commit.Step > head.Step + 1);
    }

    private void HoldEarly(Commit commit)
    {
        if (earlyCommits.Count == MostEarlyCommits)
            Release(earlyCommits.Dequeue());
        earlyCommits.Enqueue(commit);
    }

    private void Refuse(Commit commit, bool isGap)
    {
        Release(commit);
        if (!isGap)
            return;
        DropStep();
        Head = null;
        heartbeat!.Send();
    }

    private static void Release(ICarriesBundles message) => message.Release();
}
