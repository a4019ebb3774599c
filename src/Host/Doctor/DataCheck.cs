namespace Kindred.Host.Doctor;

/// <summary>Which real data sets lie under KINDRED_DATA.</summary>
internal static class DataCheck
{
    private static readonly string[] Sets = ["cifar-10-batches-bin", "cifar-100-binary"];

    public static Finding Examine(string? folder)
    {
        if (string.IsNullOrEmpty(folder))
            return new(Level.Hint, "data",
                "KINDRED_DATA is not set: give data.path=FOLDER, or set it to the folder that holds cifar-10-batches-bin");
        var found = Sets.Where(set => Directory.Exists(Path.Combine(folder, set))).ToArray();
        return found.Length > 0 ? new(Level.Fine, "data", $"{string.Join(", ", found)} under {folder}")
            : new(Level.Hint, "data", $"KINDRED_DATA={folder} holds neither {string.Join(" nor ", Sets)}");
    }
}
