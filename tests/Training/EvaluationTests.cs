using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Tests.Training;

/// <summary>Evaluations that take longer than the epochs between them.</summary>
public sealed class EvaluationTests
{
    [Theory]
    [InlineData(17, true)]
    [InlineData(24, true)]
    [InlineData(24, false)]
    public async Task TheLastStepIsEvaluatedHoweverFarTheEvaluatorIsBehind(long last, bool saysWhenItBegins)
    {
        using var trained = new ManualResetEventSlim();
        await using var cluster = new Cluster
        {
            LastStep = last,
            Between = coordinator => new FaultyLine(coordinator, (message, _) => saysWhenItBegins || message is not EvaluationBegun ? 1 : 0),
            Evaluate = _ =>
            {
                trained.Wait();
                return new EvaluationResult(0.5, null, 1, 1);
            },
        };
        var end = await cluster.Run(committed: step =>
        {
            if (step.At.Step == last)
                trained.Set();
        });
        Assert.Null(end.Reason);
        var metrics = cluster.Metrics();
        Assert.Equal([6, 12, last], metrics.Where(m => m.Event == "evaluation").Select(m => m.At.Step));
        Assert.Equal(last == 24 ? [18L] : [], metrics.Where(m => m.Event == "evaluation_missed").Select(m => m.At.Step));
    }

    [Fact]
    public async Task TwoLostEvaluationsAreMissedAndLaterOnesAreNot()
    {
        var clock = new LeapingClock();
        await using var cluster = new Cluster
        {
            Clock = clock,
            AnswerWithin = TimeSpan.FromSeconds(1),
            LastStep = 30,
            Between = coordinator => new FaultyLine(
                coordinator, (message, _) => message is EvaluationBegun { At.Step: <= 12 } or Evaluated { At.Step: <= 12 } ? 0 : 1),
        };
        var end = await cluster.Run(committed: step =>
        {
            if (step.At.Step == 13)
                clock.Leap(TimeSpan.FromSeconds(4));
        });
        Assert.Null(end.Reason);
        var metrics = cluster.Metrics();
        Assert.Equal([6, 12], metrics.Where(m => m.Event == "evaluation_missed").Select(m => m.At.Step));
        Assert.Contains(30, metrics.Where(m => m.Event == "evaluation").Select(m => m.At.Step));
        Assert.Contains(18, metrics.Where(m => m.Event == "evaluation").Select(m => m.At.Step));
    }

    /// <summary>The first epoch's state is the best, and measured only when checkpoints of later ones have been written and older ones deleted.</summary>
    [Fact]
    public async Task ACheckpointIsNotDeletedBeforeItsMeasured()
    {
        using var saved = new ManualResetEventSlim();
        var measured = 0;
        await using var cluster = new Cluster
        {
            LastStep = 18,
            CheckpointEvery = 1,
            KeepBest = true,
            Saved = step =>
            {
                if (step > 12)
                    saved.Set();
            },
            Evaluate = _ =>
            {
                saved.Wait();
                return new EvaluationResult(null, 1.0 / Interlocked.Increment(ref measured), 1, 1);
            },
        };
        Assert.Null((await cluster.Run()).Reason);
        Assert.Equal(6, cluster.Best());
    }
}
