namespace Kindred.Gpu.Contrastive;

/// <summary>Counts what was detected, image by image, against the labels where there are any.</summary>
internal sealed class DetectionCounter
{
    private readonly Columns columns;
    private readonly IReadOnlyList<int>? labels;
    private readonly long[] ids;
    private readonly Dictionary<int, int> columnsOfLabel = [];
    private readonly Dictionary<long, int> columnsOfImage = [];

    public DetectionCounter(Columns columns, IReadOnlyList<int>? labels, long[] ids)
    {
        (this.columns, this.labels, this.ids) = (columns, labels, ids);
        var mine = ids.ToHashSet();
        for (var c = columns.Shared ? 0 : columns.Fresh; labels is not null && c < columns.Count; c++)
        {
            var id = columns.Ids[c];
            columnsOfLabel[labels[(int)id]] = columnsOfLabel.GetValueOrDefault(labels[(int)id]) + 1;
            if (mine.Contains(id))
                columnsOfImage[id] = columnsOfImage.GetValueOrDefault(id) + 1;
        }
    }

    public DetectionStats Stats { get; private set; }

    /// <param name="cells">Flat cells (image, column) of F, image by image.</param>
    /// <param name="from">The first of the <paramref name="count"/> images.</param>
    public void Add(ReadOnlySpan<long> cells, int from, int count)
    {
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            var end = next;
            while (end < cells.Length && cells[end] / columns.Count == i)
                end++;
            Stats += OfImage(ids[from + i], cells[next..end]);
            next = end;
        }
    }

    private DetectionStats OfImage(long id, ReadOnlySpan<long> cells)
    {
        var label = labels?[(int)id] ?? -1;
        var (right, fromBank, age) = (0, 0, 0L);
        foreach (var cell in cells)
        {
            var column = (int)(cell % columns.Count);
            if (label >= 0 && labels![(int)columns.Ids[column]] == label)
                right++;
            if (column >= columns.Fresh)
                (fromBank, age) = (fromBank + 1, age + columns.Ages[column]);
        }

        var same = label < 0 ? 0 : columnsOfLabel.GetValueOrDefault(label) - columnsOfImage.GetValueOrDefault(id);
        var (precision, judged) = label >= 0 && cells.Length > 0 ? ((double)right / cells.Length, 1) : (0, 0);
        var (recall, findable) = same > 0 ? ((double)right / same, 1) : (0, 0);
        return new DetectionStats(1, cells.Length, precision, judged, recall, findable, age, fromBank);
    }
}
