namespace Kindred.Data.Folders;

/// <summary>One image file: its path below the root, and its class or −1.</summary>
internal readonly record struct FolderEntry(string Path, int Label);

/// <summary>
/// The images below a folder, either <c>root/class/*.jpg</c> or flat without labels, sorted by ordinal comparison, so that the order
/// is the same on every machine. Hidden folders and those without images are passed over; links are followed.
/// </summary>
/// <param name="Root">The folder.</param>
/// <param name="ClassNames">Sorted; the label is the place here. Empty without labels.</param>
/// <param name="Entries">In order of class, then file name.</param>
internal sealed record FolderListing(string Root, IReadOnlyList<string> ClassNames, IReadOnlyList<FolderEntry> Entries)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    /// <param name="root">The folder.</param>
    /// <param name="classNames">Classes of the training set, whose labels an evaluation folder shares; null: the folder's own.</param>
    /// <exception cref="DataException">No folder there, no images in it, or a class that training doesn't have.</exception>
    public static FolderListing Scan(string root, IReadOnlyList<string>? classNames = null)
    {
        if (!Directory.Exists(root))
            throw new DataException($"There is no folder {root}: give one that holds CLASS/*.jpg, or images without classes.");
        try
        {
            return Scan(root, Images(root), ClassFolders(root), classNames);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder {root} can't be listed: {failure.Message}", failure);
        }
    }

    private static FolderListing Scan(
        string root, List<string> flat, List<(string Class, List<string> Files)> classes, IReadOnlyList<string>? known)
    {
        if (flat.Count > 0 && classes.Count > 0)
            throw new DataException($"{root} holds both images ({flat[0]}) and class folders ({classes[0].Class}): keep one kind.");
        if (flat.Count > 0)
            return new FolderListing(root, [], flat.ConvertAll(file => new FolderEntry(file, -1)));
        if (classes.Count == 0)
            throw new DataException($"There are no .jpg, .jpeg or .png files in {root} or in folders directly below it{Hint(root)}.");
        var names = known is { Count: > 0 } ? known : classes.ConvertAll(c => c.Class);
        var labels = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        var entries = new List<FolderEntry>();
        foreach (var (name, files) in classes)
        {
            if (!labels.TryGetValue(name, out var label))
                throw new DataException($"{root} has a class '{name}' that the training folder lacks: evaluation needs the same classes.");
            entries.AddRange(files.Select(file => new FolderEntry(Path.Combine(name, file), label)));
        }

        return new FolderListing(root, names, entries);
    }

    private static string Hint(string root) =>
        Directory.Exists(Path.Combine(root, "train")) ? $"; did you mean {Path.Combine(root, "train")}?" : "";

    private static List<(string Class, List<string> Files)> ClassFolders(string root) =>
    [
        .. Directory.EnumerateDirectories(root).Select(folder => Path.GetFileName(folder)!)
            .Where(name => !name.StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, Images(Path.Combine(root, name))))
            .Where(pair => pair.Item2.Count > 0),
    ];

    private static List<string> Images(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal),
    ];
}
