using Kindred.Data.Sampling;
using Kindred.Gpu.Step;

namespace Kindred.Simulation.Tensors;

/// <summary>The same run in a plain loop: what every run with faults must arrive at. Index: the step.</summary>
/// <param name="Models">The model's state after each step; that of the untrained model first.</param>
/// <param name="Banks">The keeper's state likewise.</param>
/// <param name="Losses">The loss of each step; NaN first.</param>
public sealed record HashReference(IReadOnlyList<ulong[]> Models, IReadOnlyList<ulong[]> Banks, IReadOnlyList<double> Losses)
{
    public static HashReference Of(EpochPlan plan, int shards, long steps, bool needsWholeBatch, int bankRows = HashContrast.DefaultLength)
    {
        var (models, banks, losses) = (new List<ulong[]>(), new List<ulong[]>(), new List<double> { double.NaN });
        using HashEncoder encoder = new() { Reached = models.Add };
        using HashContrast contrast = new(needsWholeBatch, bankRows) { Reached = banks.Add };
        encoder.Initialise();
        contrast.Initialise();
        for (var step = 1L; step <= steps; step++)
            losses.Add(Step(plan, shards, step, encoder, contrast));
        return new HashReference(models, banks, losses);
    }

    /// <summary>consistency=local: <paramref name="rounds"/> says which of the batches make up a step.</summary>
    public static HashReference OfLocal(EpochPlan batches, EpochPlan rounds, int shards, long steps, int bankRows = HashContrast.DefaultLength)
    {
        var (models, banks, losses) = (new List<ulong[]>(), new List<ulong[]>(), new List<double> { double.NaN });
        using HashLocalEncoder encoder = new(reached: models.Add);
        using HashContrast contrast = new(needsWholeBatch: false, bankRows) { Reached = banks.Add };
        encoder.Initialise();
        contrast.Initialise();
        for (var step = 1L; step <= steps; step++)
            losses.Add(LocalStep(batches, rounds, shards, step, encoder, contrast));
        return new HashReference(models, banks, losses);
    }

    private static double LocalStep(EpochPlan batches, EpochPlan rounds, int shards, long step, HashLocalEncoder encoder, HashContrast contrast)
    {
        var (first, count) = rounds.Batches(step);
        var views = new HashViews(batches);
        SortedDictionary<(long Batch, int Shard), ContrastAnswer> answers = [];
        TreeSum<TensorBundle> sum = new(shards);
        for (var s = 0; s < shards; s++)
        {
            encoder.Begin(first - 1);
            var images = 0;
            for (var batch = first; batch < first + count; batch++)
            {
                var encoded = encoder.Encode(views.Views(batch, s), keepGraph: true);
                var answer = contrast.Answer(batch, s, [encoded.Projections]);
                answers.Add((batch, s), answer);
                encoder.Advance(encoder.Backward(encoded, answer.Gradients[0], 1));
                images += batches.Shard(batch, s).Length;
            }

            Add(sum, s, encoder.Outcome((double)images / rounds.Batch(step).Length));
        }

        encoder.Apply(sum.Root!);
        contrast.Advance([.. answers.Values.Select(a => a.Rows!)]);
        return answers.Values.Sum(a => a.Loss.Value) / answers.Count;
    }

    private static double Step(EpochPlan plan, int shards, long step, HashEncoder encoder, HashContrast contrast)
    {
        var views = new HashViews(plan);
        var encoded = Enumerable.Range(0, shards).Select(s => encoder.Encode(views.Views(step, s), keepGraph: true)).ToArray();
        var z = encoded.Select(e => e.Projections).ToArray();
        var answers = contrast.NeedsWholeBatch ? [contrast.Answer(step, 0, z)] : z.Select((p, s) => contrast.Answer(step, s, [p])).ToArray();
        var gradients = answers.SelectMany(a => a.Gradients).ToArray();
        TreeSum<TensorBundle> sum = new(shards);
        for (var s = 0; s < shards; s++)
        {
            var share = (double)plan.Shard(step, s).Length / plan.Batch(step).Length;
            Add(sum, s, encoder.Backward(encoded[s], gradients[s], share));
        }

        encoder.Apply(sum.Root!);
        contrast.Advance([.. answers.Select(a => a.Rows!)]);
        return answers.Sum(a => a.Loss.Value);
    }

    private static void Add(TreeSum<TensorBundle> sum, int shard, TensorBundle leaf)
    {
        var next = sum.Offer(shard, shard + 1, leaf);
        while (next is not null)
            next = sum.Offer(next.Low, next.High, new HashSum().Add(next.Left, next.Right));
    }
}
