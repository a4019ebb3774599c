using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// The contrastive objective of a run and the only place that knows what a negative is: columns, detection of false negatives, loss,
/// and the bank. <see cref="Compute"/> changes nothing and may be repeated; <see cref="Advance"/> makes a committed step the past.
/// One thread at a time.
/// </summary>
public sealed class Objective : IDisposable
{
    private readonly ContrastOptions options;
    private readonly IReadOnlyList<int>? labels;
    private readonly Bank? bank;

    /// <param name="labels">Each sample's label by id, below 0 where unknown; null: none. But for the oracle they only measure.</param>
    /// <param name="width">D, the length of a projection.</param>
    /// <exception cref="ContrastException">The options contradict one another.</exception>
    public Objective(ContrastOptions options, IReadOnlyList<int>? labels, int width, Device device)
    {
        options.Check();
        if (options.Oracle && options.Mode != CancelMode.None && labels is null)
            throw new ContrastException("the oracle needs labels, and the data has none");
        (this.options, this.labels) = (options, labels);
        bank = options.UsesBank ? new Bank(options.BankLength, width, device) : null;
    }

    /// <summary>
    /// Logits at a time, 16 MiB of them: a step of any size fits. With 65,536 columns, fewer make the products thin and slow (measured down
    /// to 2¹⁷), more gain nothing (up to 2²⁶). Part of a run's bits.
    /// </summary>
    internal int CellsAtOnce { get; init; } = 1 << 22;

    /// <summary>Loss and gradient of a shard; where negatives are the batch's, the shard is the whole batch.</summary>
    /// <param name="z">Unit projections [V, B, D], float32, view-major.</param>
    /// <param name="keys">The EMA copy's projections of the same views, [V, B, D], or null: detached z takes their place.</param>
    /// <param name="ids">The B samples, all different.</param>
    /// <param name="step">The step being computed, from 1.</param>
    /// <param name="totalImages">Images of the global batch, over which the loss is a mean.</param>
    /// <param name="cancel">Whether false negatives are cancelled; before the start epoch they are not.</param>
    /// <param name="measure">Whether they are detected and counted even so.</param>
    public ContrastResult Compute(Tensor z, Tensor? keys, long[] ids, long step, int totalImages, bool cancel, bool measure)
    {
        CheckShapes(z, keys, ids);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        z = z.detach().contiguous();
        var stepRows = options.Negatives == NegativeSource.Bank ? (keys ?? z).narrow(0, 0, options.ColumnViews) : z;
        var columns = Columns.Of(options, bank, stepRows, ids, step);
        cancel &= options.Mode != CancelMode.None;
        var counter = cancel || (measure && options.Detects) ? new DetectionCounter(columns, labels, ids) : null;

        var scale = 2.0 / (options.AllViews * (double)totalImages);
        var (sums, gradient) = (new List<Tensor>(), zeros_like(z));
        var atOnce = (int)Math.Clamp(CellsAtOnce / ((long)options.AllViews * columns.Count), 1, ids.Length);
        for (var from = 0; from < ids.Length; from += atOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(atOnce, ids.Length - from);
            var anchors = z.narrow(1, from, count).reshape(options.AllViews * count, z.shape[2]);
            var logits = Logits(anchors, columns, count);
            var found = counter is null ? null : Detect(columns, logits, keys, ids, from, count);
            var (losses, slope) = NtXent.Compute(logits, columns, from, cancel ? found : null, options.Mode);
            sums.Add(losses.to_type(ScalarType.Float64).sum().DetachFromDisposeScope());
            Backward(gradient, slope, anchors, columns, from, scale / options.Tau);
            if (found is not null)
                counter!.Add(found.cpu().data<long>().ToArray(), from, count);
        }

        var loss = new Lazy<double>(() => Read(sums) * scale);
        if (z.device_type == DeviceType.CPU)
            _ = loss.Value;
        return new ContrastResult(loss, gradient.MoveToOuterDisposeScope(), counter?.Stats, NewRows(keys ?? z, ids, step));
    }

    private static double Read(List<Tensor> sums)
    {
        var all = 0.0;
        foreach (var sum in sums)
            using (sum)
                all += sum.ToDouble();
        return all;
    }

    /// <summary>Takes the rows of a committed step (all its shards: <see cref="BankDelta.Concat"/>) into the bank.</summary>
    public void Advance(BankDelta delta) => bank?.Push(delta);

    /// <summary>A copy of the objective's state for a checkpoint; the caller disposes the tensors. Empty without a bank.</summary>
    public Dictionary<string, Tensor> State() => bank?.State() ?? new(StringComparer.Ordinal);

    /// <exception cref="ContrastException">The state is another bank's.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state) => bank?.Restore(state);

    public void Dispose() => bank?.Dispose();

    private Tensor Logits(Tensor anchors, Columns columns, int count)
    {
        var logits = empty([anchors.shape[0], columns.Count], ScalarType.Float32, anchors.device);
        foreach (var (at, rows) in columns.Blocks)
            logits.narrow(1, at, rows.shape[0]).addmm_(anchors, rows.t(), 0, (float)(1 / options.Tau));
        return logits.view(options.AllViews, count, columns.Count);
    }

    private Tensor Detect(Columns columns, Tensor logits, Tensor? keys, long[] ids, int from, int count) =>
        options.Oracle ? FalseNegatives.Oracle(columns, labels!, ids, from, count, logits.device)
        : FalseNegatives.Detect(options, columns, logits, keys?.narrow(1, from, count), from);

    /// <summary>∂L/∂z from Q = ∂ℓ/∂logits: of the anchors Q·K, and of the batch's columns, which are anchors too, Qᵀ·Z.</summary>
    private void Backward(Tensor gradient, Tensor slope, Tensor anchors, Columns columns, int from, double scale)
    {
        var (views, count, width) = (slope.shape[0], slope.shape[1], anchors.shape[1]);
        var q = slope.view(views * count, columns.Count);
        var ofAnchors = zeros([views * count, width], ScalarType.Float32, anchors.device);
        foreach (var (at, rows) in columns.Blocks)
            ofAnchors.addmm_(q.narrow(1, at, rows.shape[0]), rows, 1, (float)scale);
        gradient.narrow(1, from, count).add_(ofAnchors.view(views, count, width));
        if (options.Negatives != NegativeSource.Bank)
            gradient.view(-1, width).addmm_(q.narrow(1, 0, columns.Fresh).t(), anchors, 1, (float)scale);
    }

    private BankDelta? NewRows(Tensor keys, long[] ids, long step)
    {
        if (bank is null)
            return null;
        var views = options.BankViews == BankViews.Main ? options.Views : options.AllViews;
        var rows = keys.detach().narrow(0, 0, views).transpose(0, 1).reshape(ids.Length * views, keys.shape[2]).clone();
        return new BankDelta(
            rows.MoveToOuterDisposeScope(), [.. ids.SelectMany(id => Enumerable.Repeat(id, views))],
            [.. ids.SelectMany(_ => Enumerable.Range(0, views))], step);
    }

    private void CheckShapes(Tensor z, Tensor? keys, long[] ids)
    {
        static string Shape(Tensor t) => $"[{string.Join(", ", t.shape)}]";
        if (z.dim() != 3 || z.shape[0] != options.AllViews || z.shape[1] != ids.Length || ids.Length == 0)
            throw new ContrastException($"projections {Shape(z)} don't fit {options.AllViews} views of {ids.Length} images");
        if (keys is not null && !keys.shape.SequenceEqual(z.shape))
            throw new ContrastException($"keys {Shape(keys)} and projections {Shape(z)} differ in shape");
    }
}
