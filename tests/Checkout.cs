namespace Kindred.Tests;

/// <summary>The repository that the tests were built from.</summary>
internal static class Checkout
{
    public static string Folder
    {
        get
        {
            var above = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(above.FullName, "Kindred.slnx")))
                above = above.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} isn't in a checkout.");
            return above.FullName;
        }
    }
}
