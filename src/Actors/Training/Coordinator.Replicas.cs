using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>How the coordinator deals with workers whose states should be the same and aren't.</summary>
public sealed partial class Coordinator
{
    /// <summary>Before the manifest of this state is written, and at the end of each epoch.</summary>
    private void Compare(TermStep at)
    {
        if (run.ComparesReplicas && roster.Lessees.Skip(1).Any())
            replicas.Begin(Term, at);
        else
            checkpoints.Agreed(Term, at, []);
    }

    private void Judge()
    {
        foreach (var verdict in replicas.Verdicts())
        {
            if (!verdict.HasMajority)
            {
                GoBack($"the workers' states of step {verdict.At.Step} differ, and none is the majority's", recurs: true);
                return;
            }

            foreach (var worker in verdict.Drifted)
                Mend(worker, verdict.At);
            checkpoints.Agreed(Term, verdict.At, [.. verdict.Drifted.Select(w => w.Actor)]);
        }
    }

    /// <summary>It gets no leases from here on; restarted, it joins as a newcomer.</summary>
    private void Mend(Roster.Member worker, TermStep at)
    {
        observer.Noted($"{roster.NameOf(worker.Actor)} has drifted: its state of step {at.Step} isn't the other workers'; it takes theirs");
        log.Drift(new TermStep(Term, at.Step), run.EpochOf(at.Step), roster.NameOf(worker.Actor));
        (worker.HasDrifted, worker.Ready) = (true, false);
        Drop(worker);
        WorkerLost(worker.Actor);
    }

    private void Drop(Roster.Member worker)
    {
        worker.ToldAt = Context.Clock.GetTimestamp();
        worker.Actor.Tell(new DropState(Term, worker.Life), Self);
    }
}
