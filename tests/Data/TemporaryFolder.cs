namespace Kindred.Tests.Data;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kindred-data-").FullName;

    /// <summary>A path below, whose folder is made.</summary>
    public string this[string relative]
    {
        get
        {
            var path = System.IO.Path.Combine(Path, relative);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            return path;
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>The files that images/make.py made.</summary>
internal static class TestImages
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", "images", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static void Copy(string name, string target) => File.Copy(PathOf(name), target);
}
