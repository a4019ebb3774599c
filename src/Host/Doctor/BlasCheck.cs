namespace Kindred.Host.Doctor;

/// <summary>Which BLAS libtorch multiplies with; the reference one is 1.4 times slower.</summary>
internal static class BlasCheck
{
    private static readonly (string Part, string Name)[] Fast =
        [("libmkl", "MKL"), ("openblas-openmp", "OpenBLAS (OpenMP)"), ("openblas", "OpenBLAS"), ("libblis", "BLIS")];

    /// <param name="libraries">Paths of the libraries in this process, once libtorch is loaded.</param>
    public static Finding Examine(IReadOnlyCollection<string> libraries)
    {
        var fast = Fast.FirstOrDefault(blas => libraries.Any(path => path.Contains(blas.Part, StringComparison.Ordinal)));
        if (fast.Name is not null) return new(Level.Fine, "BLAS", fast.Name);
        return libraries.Any(path => path.Contains("libblas.so", StringComparison.Ordinal))
            ? new(Level.Hint, "BLAS", "the reference BLAS, 1.4 times slower: apt-get install libopenblas0-openmp")
            : new(Level.Fine, "BLAS", "libtorch's own");
    }

    public static IReadOnlyCollection<string> MappedLibraries() =>
        File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) is >= 0 and var path ? path : line.Length)..])
            .Where(path => path.Contains(".so", StringComparison.Ordinal)).ToHashSet();
}
