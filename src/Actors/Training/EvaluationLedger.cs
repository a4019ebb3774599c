using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>The evaluations under way. One that is missed is reported, never silently skipped.</summary>
internal sealed class EvaluationLedger(IActorContext context, RunDirectory directory, Roster roster, RunOptions run, EventLog log, IRunObserver observer)
{
    private const int MostUnderWay = 2;

    /// <summary>A snapshot that hasn't got to the evaluator for so many answers' time never will.</summary>
    private const int AnswersAwaited = 3;
    private readonly SortedDictionary<TermStep, Asked> underWay = [];
    private readonly List<BestMark> better = [];
    private TermStep? newest;
    private BestMark? best;

    public bool IsIdle => underWay.Count == 0;

    /// <summary>The states that aren't measured, or whose checkpoints aren't written yet.</summary>
    public IReadOnlyCollection<TermStep> MayBeBest => [.. underWay.Keys, .. better.Select(b => b.At)];

    /// <summary>A term begins.</summary>
    public void Reset()
    {
        foreach (var at in underWay.Keys.ToArray())
            Miss(at);
        better.Clear();
        best = directory.Checkpoints.ReadBest(directory.Terms.Chain());
    }

    /// <summary>Has a worker send the state that it has just reached to the evaluator, unless that is behind already.</summary>
    public void Begin(int term, TermStep at)
    {
        foreach (var lost in underWay.Count < MostUnderWay ? [] : Lost())
            Miss(lost);
        if (underWay.Count < MostUnderWay)
            BeginLast(term, at);
        else
            Miss(at);
    }

    /// <summary>The same at the end of the run, which waits for an evaluator that is behind.</summary>
    public void BeginLast(int term, TermStep at)
    {
        if (at.Step > 0 && newest != at && !underWay.ContainsKey(at))
            Ask(term, at);
    }

    /// <summary>The run ends without those that are under way, and without the last state's.</summary>
    public void MissLast(TermStep at)
    {
        var misses = at.Step > 0 && newest != at ? underWay.Keys.Append(at).Distinct() : underWay.Keys;
        foreach (var missed in misses.ToArray())
            Miss(missed);
    }

    /// <summary>
    /// At the end of the run: asks again for the evaluation of the last state (the evaluator takes no state twice); an earlier one whose
    /// snapshot never got to the evaluator, or whose answer was lost, can't be had any more.
    /// </summary>
    public void Repeat(int term, TermStep last)
    {
        foreach (var at in Lost())
            if (at == last)
                Ask(term, at);
            else
                Miss(at);
    }

    /// <summary>The snapshot has reached the evaluator: from here on it doesn't depend on a worker.</summary>
    public void Take(EvaluationBegun begun)
    {
        if (underWay.ContainsKey(begun.At))
            underWay[begun.At] = default;
    }

    /// <summary>A worker, or with null the evaluator, was restarted: of what it had to do only the newest state's evaluation can be done again.</summary>
    public void Again(int term, TermStep head, IActorRef? worker)
    {
        foreach (var at in underWay.Where(e => worker is null || worker.Equals(e.Value.Worker)).Select(e => e.Key).ToArray())
            if (at == head)
                Ask(term, at);
            else
                Miss(at);
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
        better.Add(new BestMark(evaluation.At.Term, evaluation.At.Step, "holdout_knn_top1", top1));
        MarkBest();
    }

    /// <summary>This checkpoint is on disk; an earlier one that isn't never will be.</summary>
    public void Written(TermStep at)
    {
        MarkBest();
        better.RemoveAll(b => b.At <= at);
    }

    /// <summary>Those whose snapshot hasn't got to the evaluator in time, or whose answer was lost.</summary>
    private TermStep[] Lost() => [.. underWay.Where(e => e.Key < newest || IsLate(e.Value)).Select(e => e.Key)];

    private bool IsLate(Asked asked) => asked.Worker is not null && context.Clock.GetElapsedTime(asked.At) > run.AnswerWithin * AnswersAwaited;

    private void MarkBest()
    {
        foreach (var mark in better.Where(b => directory.Checkpoints.Holds(b.At)).ToArray())
        {
            better.Remove(mark);
            if (mark.Value <= best?.Value)
                continue;
            best = mark;
            directory.Checkpoints.MarkBest(mark);
        }
    }

    /// <summary>Another worker than the last time, if there is one.</summary>
    private void Ask(int term, TermStep at)
    {
        var before = underWay.GetValueOrDefault(at).Worker;
        var next = roster.Lessees.FirstOrDefault(w => !w.Actor.Equals(before)) ?? roster.FirstLessee;
        if (next is not { } worker || roster.Evaluator is not { } evaluator)
        {
            Miss(at);
            return;
        }

        underWay[at] = new Asked(worker.Actor, context.Clock.GetTimestamp());
        worker.Actor.Tell(new EvaluateState(term, at, evaluator.Actor), context.Self);
    }

    private void Miss(TermStep at)
    {
        underWay.Remove(at);
        log.Event("evaluation_missed", at, run.EpochOf(at.Step));
        observer.Noted($"the evaluation of step {at.Step} was missed");
    }

    /// <param name="Worker">Who is to send the snapshot; null: it has reached the evaluator.</param>
    /// <param name="At">When.</param>
    private readonly record struct Asked(IActorRef? Worker, long At);
}
