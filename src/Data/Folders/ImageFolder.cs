using System.Buffers;

namespace Kindred.Data.Folders;

/// <summary>
/// JPEG and PNG files decoded at each read. An image that can't be decoded is named, counted, and replaced by the next readable one;
/// which one that is depends on the files alone, so a run that is started again sees the same pixels. So a file that the operating
/// system refuses is an error: it may give it another time.
/// </summary>
public sealed class ImageFolder : IDataSet
{
    private const long LargestFile = 256L << 20;
    private const int SampledFiles = 64;
    private const int TooManyLinks = 40; // ELOOP

    private readonly FolderListing listing;
    private readonly FolderEntry[] entries;
    private readonly CorruptImages corrupt;
    private readonly Lazy<string> fingerprint;
    private readonly int minSize;

    internal ImageFolder(
        string name, FolderListing listing, IEnumerable<FolderEntry> entries, DataOptions options, Action<CorruptImage>? report)
    {
        (Name, this.listing, this.entries, minSize) = (name, listing, [.. entries], options.MinSize);
        Labels = listing.ClassNames.Count == 0 ? null : Array.ConvertAll(this.entries, entry => entry.Label);
        corrupt = new CorruptImages(name, Count, options.MaxCorrupt, report);
        fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    public string Name { get; }

    public int Count => entries.Length;

    public IReadOnlyList<int>? Labels { get; }

    public int Classes => listing.ClassNames.Count;

    /// <summary>The class folders' names, sorted; the label is the place here.</summary>
    public IReadOnlyList<string> ClassNames => listing.ClassNames;

    public int ImageSize => 0;

    public string Fingerprint => fingerprint.Value;

    public int Corrupt => corrupt.Count;

    /// <summary>Opens a folder alone, as for embedding it: <c>root/class/*.jpg</c>, or flat without labels.</summary>
    /// <exception cref="DataException">No folder there, or no images in it.</exception>
    public static ImageFolder Open(DataOptions options, Action<CorruptImage>? report = null)
    {
        var found = FolderListing.Scan(options.Path ?? throw new DataException("data=folder needs data.path=FOLDER."));
        return new ImageFolder(found.Root, found, found.Entries, options, report);
    }

    public string PathOf(int id) => Path.Combine(listing.Root, entries[id].Path);

    public Image Read(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Count);
        for (var offset = 0; offset < Count; offset++)
        {
            var candidate = (int)(((long)id + offset) % Count);
            if (corrupt.Contains(candidate))
                continue;
            if (TryRead(candidate, out var image, out var reason))
                return image;
            corrupt.Add(candidate, PathOf(candidate), reason);
        }

        throw new DataException($"None of the {Count} images of {Name} can be read.");
    }

    public void Dispose()
    {
    }

    private bool TryRead(int id, out Image image, out string reason)
    {
        byte[]? buffer = null;
        image = default;
        var path = PathOf(id);
        RequireFile(path);
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > LargestFile)
            {
                reason = $"the file has {length} bytes; at most {LargestFile} are read";
                return false;
            }

            buffer = ArrayPool<byte>.Shared.Rent((int)length);
            return ImageDecoder.TryDecode(buffer.AsSpan(0, ReadAll(file, buffer.AsSpan(0, (int)length))), minSize, out image, out reason);
        }
        catch (IOException failure) when (IsBrokenLink(path, failure))
        {
            reason = failure.Message;
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, failure);
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> target)
    {
        var total = 0;
        while (total < target.Length && RandomAccess.Read(file, target[total..], total) is var read and > 0)
            total += read;
        return total;
    }

    /// <summary>Dangling, or in a loop.</summary>
    private static bool IsBrokenLink(string path, IOException failure) =>
        failure is FileNotFoundException or DirectoryNotFoundException or { HResult: TooManyLinks } && new FileInfo(path).LinkTarget is not null;

    private static void RequireFile(string path)
    {
        if (FileKind.IsNoFile(path))
            throw Unreadable(path, "a folder, a device or a pipe is there");
    }

    private static DataException Unreadable(string path, Exception failure) => Unreadable(path, failure.Message.TrimEnd('.'), failure);

    private static DataException Unreadable(string path, string why, Exception? failure = null) => new(
        $"{path} can't be read: {why}. Put that right, then resume or start again; no other image took its place.", failure);

    private string ComputeFingerprint()
    {
        var hash = new Fingerprint().Add(Count);
        for (var i = 0; i < Count; i++)
        {
            var file = new FileInfo(PathOf(i));
            hash.Add(entries[i].Path).Add(entries[i].Label).Add(file.Exists ? file.Length : -1);
        }

        for (var n = 0; n < Math.Min(SampledFiles, Count); n++)
        {
            var i = (int)((long)n * Count / Math.Min(SampledFiles, Count));
            hash.Add(Contents(PathOf(i)));
        }

        return hash.Hex();
    }

    private static byte[] Contents(string path)
    {
        try
        {
            RequireFile(path);
            return new FileInfo(path).Length > Array.MaxLength ? [] : File.ReadAllBytes(path);
        }
        catch (IOException failure) when (IsBrokenLink(path, failure))
        {
            return []; // a corrupt image: named when it is read
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, failure);
        }
    }
}
