using System.Diagnostics;

namespace Kindred.Tests.Simulations;

/// <summary>A bug that somebody makes in the protocol is found: each patch of tests/planted applies, builds, and breaks an invariant.</summary>
[Collection(nameof(PlantedBugTests))]
[CollectionDefinition(nameof(PlantedBugTests), DisableParallelization = true)]
public sealed class PlantedBugTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kindred-planted-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Simulated_clusters_find_every_planted_bug()
    {
        var planted = Path.Combine(Checkout.Folder, "tests", "planted");
        using var check = Process.Start(new ProcessStartInfo("bash", [Path.Combine(planted, "check.sh")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = folder, ["KINDRED_HOST"] = Path.Combine(AppContext.BaseDirectory, "kindred") },
        })!;
        var error = check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var found = await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(check.ExitCode == 0, found + await error);
        var patches = Directory.GetFiles(planted, "*.patch").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).ToArray();
        Assert.True(patches.Length >= 10, $"only {patches.Length} bugs are planted");
        Assert.Equal(patches, found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": seed ")[0]));
    }
}
