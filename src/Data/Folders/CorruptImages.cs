using System.Collections.Concurrent;

namespace Kindred.Data.Folders;

/// <summary>The corrupt images met so far: each is named once, and more than a share of the set is an error.</summary>
/// <param name="set">Name of the set.</param>
/// <param name="images">N, of the whole set.</param>
/// <param name="share">More than this share × N is an error.</param>
/// <param name="report">Called once for each, on the thread that met it.</param>
internal sealed class CorruptImages(string set, int images, double share, Action<CorruptImage>? report)
{
    private const int Named = 3;
    private readonly ConcurrentDictionary<int, CorruptImage> found = new();

    public int Count => found.Count;

    public bool Contains(int sample) => found.ContainsKey(sample);

    public void Add(int sample, string path, string reason)
    {
        var corrupt = new CorruptImage(set, sample, path, reason);
        if (found.TryAdd(sample, corrupt))
            report?.Invoke(corrupt);
        if (Count > share * images)
            throw TooMany();
    }

    private DataException TooMany()
    {
        var first = found.Values.OrderBy(c => c.Sample).Take(Named).Select(c => $"{c.Path} ({c.Reason})");
        return new DataException($"{Count} of {images} images of {set} are corrupt, more than data.maxCorrupt={share:0.####} of them: "
            + $"{string.Join(", ", first)}{(Count > Named ? ", …" : "")}. Repair or remove them.");
    }
}
