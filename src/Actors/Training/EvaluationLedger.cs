using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>The evaluations under way. One that is missed is reported, never silently skipped.</summary>
internal sealed class EvaluationLedger(IActorContext context, RunDirectory directory, Roster roster, RunOptions run, EventLog log, IRunObserver observer)
{
    private readonly HashSet<TermStep> underWay = [];
    private TermStep? newest;
    private BestMark? best;

    public bool IsIdle => underWay.Count == 0;

    public void Reset()
    {
        underWay.Clear();
        best = directory.Checkpoints.ReadBest(directory.Terms.Chain());
    }

    /// <summary>Has a worker send the state that it has just reached to the evaluator.</summary>
    public void Begin(int term, TermStep at)
    {
        if (at.Step > 0 && newest != at && underWay.Add(at))
            Repeat(term, at);
    }

    /// <summary>Asks again for the evaluation of a state that is still held; the evaluator takes no state twice.</summary>
    public void Repeat(int term, TermStep at)
    {
        if (underWay.Contains(at) && roster.ReadyWorkers.FirstOrDefault() is { } worker && roster.Evaluator is { } evaluator)
            worker.Actor.Tell(new EvaluateState(term, at, evaluator.Actor), context.Self);
    }

    /// <summary>The evaluator was restarted: only the newest state can still be evaluated.</summary>
    public void Again(int term, TermStep head)
    {
        foreach (var missed in underWay.Where(e => e != head))
            log.Event("evaluation_missed", missed, run.EpochOf(missed.Step));
        var again = underWay.Contains(head);
        underWay.Clear();
        if (again)
            Begin(term, head);
    }

    public void Take(Evaluated evaluation)
    {
        if (!underWay.Remove(evaluation.At))
            return;
        newest = evaluation.At;
        log.Evaluation(evaluation.At, run.EpochOf(evaluation.At.Step), evaluation.Result);
        TrainingTelemetry.Record(evaluation.Result);
        observer.Evaluated(evaluation.At.Step, evaluation.Result);
        if (!run.KeepBest || evaluation.Result.HoldoutTop1 is not { } top1 || top1 <= best?.Value)
            return;
        best = new BestMark(evaluation.At.Term, evaluation.At.Step, "holdout_knn_top1", top1);
        directory.Checkpoints.MarkBest(best);
    }
}
