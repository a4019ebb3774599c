using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>
/// What the anchors of a shard are compared with: first the step's own columns (view v of image i is column v·B + i),
/// which hold the positives, then the rows of the bank, newest first.
/// </summary>
internal sealed class Columns
{
    private readonly List<(int Image, int Column)> earlier = [];

    private Columns(ContrastOptions options, Bank? bank, Tensor step, long[] ids, long stepNumber)
    {
        (Views, Images, Shared) = (options.ColumnViews, ids.Length, options.SharesStepColumns);
        Blocks.Add((0, step));
        var fresh = Views * Images;
        var remembered = bank is null ? 0
            : options.Negatives == NegativeSource.Bank && Shared ? Math.Min(bank.Count, bank.Length - fresh) : bank.Count;
        var at = fresh;
        foreach (var block in remembered > 0 ? bank!.Newest(remembered) : [])
        {
            Blocks.Add((at, block));
            at += (int)block.shape[0];
        }

        (Count, Ids, Ages) = (at, new long[at], new long[at]);
        var imageOf = new Dictionary<long, int>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
            imageOf[ids[i]] = i;
        for (var c = 0; c < Count; c++)
        {
            if (c < fresh)
            {
                Ids[c] = ids[c % Images];
                continue;
            }

            var (id, _, written) = bank!.Row(c - fresh);
            (Ids[c], Ages[c]) = (id, stepNumber - written);
            if (imageOf.TryGetValue(id, out var image))
                earlier.Add((image, c));
        }
    }

    /// <summary>Views of an image among the step's own columns.</summary>
    public int Views { get; }

    /// <summary>B, the images of the shard.</summary>
    public int Images { get; }

    /// <summary>Whether an anchor sees the step's columns of other images, or only those of its own.</summary>
    public bool Shared { get; }

    /// <summary>C, the number of columns.</summary>
    public int Count { get; }

    /// <summary>The step's own columns: the first of all.</summary>
    public int Fresh => Views * Images;

    /// <summary>Each column's sample.</summary>
    public long[] Ids { get; }

    /// <summary>How many steps ago each column was written.</summary>
    public long[] Ages { get; }

    /// <summary>The columns' rows, each block with its first column: [n, D].</summary>
    public List<(int At, Tensor Rows)> Blocks { get; } = [];

    /// <param name="step">The rows of the step's own columns, [V', B, D], V' = <see cref="ContrastOptions.ColumnViews"/>.</param>
    public static Columns Of(ContrastOptions options, Bank? bank, Tensor step, long[] ids, long stepNumber)
    {
        var rows = options.ColumnViews * ids.Length;
        if (options.Negatives == NegativeSource.Bank && options.BankCurrent && rows > options.BankLength)
            throw new ContrastException($"the bank of {options.BankLength} rows can't hold the step's own {rows} keys; make it longer");
        return new Columns(options, bank, step.reshape(rows, step.shape[2]), ids, stepNumber);
    }

    /// <summary>
    /// Flat cells (image, column) of the shard's images <paramref name="from"/> … +<paramref name="count"/> for the bank rows that
    /// hold the same image from an earlier step: neither candidates nor negatives.
    /// </summary>
    public long[] Earlier(int from, int count) =>
        [.. earlier.Where(e => e.Image >= from && e.Image < from + count).Select(e => (e.Image - from) * (long)Count + e.Column)];

    /// <summary>Of a table [R, b, C] whose images begin at <paramref name="from"/>: each one's own columns, a view [R, V', b].</summary>
    public Tensor Own(Tensor table, int from) =>
        OfStep(table).view(table.shape[0], table.shape[1], Views, Images).diagonal(from, 1, 3);

    /// <summary>Of a table [R, b, C]: the step's own columns, as a view.</summary>
    public Tensor OfStep(Tensor table) => table.narrow(2, 0, Fresh);
}
