using Kindred.Gpu.Step;

namespace Kindred.Tests.Training;

/// <summary>Evaluations that take longer than the epochs between them.</summary>
public sealed class EvaluationTests
{
    [Theory]
    [InlineData(17)]
    [InlineData(24)]
    public async Task TheLastStepIsEvaluatedHoweverFarTheEvaluatorIsBehind(long last)
    {
        using var trained = new ManualResetEventSlim();
        await using var cluster = new Cluster
        {
            LastStep = last,
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
}
