namespace Kindred.Data;

/// <summary>Opens the sets that a run reads.</summary>
public static class DataSets
{
    /// <param name="options">The keys <c>data.*</c>.</param>
    /// <param name="onCorrupt">Called once for every corrupt image, on the thread that met it.</param>
    /// <exception cref="DataException">The data is missing, damaged, or too small.</exception>
    public static DataSplits Open(DataOptions options, Action<CorruptImage>? onCorrupt = null) =>
        throw new DataException($"{options.Kind} data can't be opened yet.");
}
