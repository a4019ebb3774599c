using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>How a worker answers: with a shard's gradient, or with the sum over neighbours, a node of the step's tree.</summary>
public sealed partial class EncoderWorker
{
    /// <summary>Once all that were leased together are answered, their sum; alone where one of them isn't here, or was asked for alone since.</summary>
    private void Answer(ShardWork shard)
    {
        var (step, together) = (shard.Lease.Step, shard.Lease.Together ?? new ShardRange(shard.Lease.Shard, 1));
        ShardWork?[] group = [.. Enumerable.Range(together.First, together.Count).Select(s => work.GetValueOrDefault((step, s)))];
        if (group.Length == 1 || group.Any(w => w?.Lease.Together != together))
            Coordinator.Tell(shard.Answer! with { Bundle = shard.Answer.Bundle.Share() }, Self);
        else if (group.All(w => w!.Answer is not null))
            AnswerTogether([.. group.Select(w => w!.Answer!)]);
    }

    private void AnswerTogether(ShardGradients[] answers)
    {
        TensorBundle[] leaves = [.. answers.Select(a => a.Bundle.Share())];
        var waited = TimeSpan.FromTicks(answers.Sum(a => a.DataWait.Ticks));
        Context.Run(
            adder!,
            () => new TreeSum<TensorBundle>(leaves.Length).Over(leaves, sums.Add),
            sum => answers[0] with { Bundle = sum, DataWait = waited, Count = answers.Length },
            error => new WorkFailed(error));
    }
}
