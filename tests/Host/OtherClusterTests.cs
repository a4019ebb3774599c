using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Tests.Store;

namespace Kindred.Tests.Host;

/// <summary>A node whose file system numbers files in its own way has another name for the run's cluster.</summary>
public sealed class OtherClusterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();
    private readonly DateTimeOffset start = TimeProvider.System.GetUtcNow();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Is_refused_while_a_coordinator_lives_there()
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => Look("theirs", "running", renewed: true));
        Assert.Contains("a on there coordinates it in a cluster of another name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_no_matter_once_that_one_is_gone() => Assert.InRange(await Look("theirs", "running", renewed: false), 1, 100);

    [Theory]
    [InlineData("ours", "running")]
    [InlineData("theirs", CoordinatorFile.Ended)]
    [InlineData(null, "running")]
    public async Task Nothing_is_waited_for_where_it_can_be_no_matter(string? cluster, string phase) =>
        Assert.Equal(0, await Look(cluster, phase, renewed: true));

    /// <summary>As when both start at once, or the other one while nobody coordinated.</summary>
    [Fact]
    public void A_node_that_has_just_begun_ends_once_another_cluster_lives()
    {
        Create();
        var refusals = new List<string>();
        var look = new OtherCluster(folder.Path, "ours", refused => refusals.Add(refused.Message));
        for (var second = 0; second < 9; second++)
            Look(look, "ours", second);
        Look(look, "theirs", 20);
        Look(look, "theirs", 20);
        Assert.Empty(refusals);
        Look(look, "theirs", 21);
        Assert.Contains("a on there coordinates it", Assert.Single(refusals), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_of_the_cluster_that_was_there_before_stays()
    {
        Create();
        var look = new OtherCluster(folder.Path, "ours", refused => Assert.Fail(refused.Message));
        for (var second = 0; second < 10; second++)
            Look(look, "ours", second);
        for (var second = 20; second < 30; second++)
            Look(look, "theirs", second);
    }

    private void Look(OtherCluster look, string cluster, int second)
    {
        Write(cluster, "running", second);
        look.Look();
    }

    /// <returns>How often it waited.</returns>
    private async Task<int> Look(string? cluster, string phase, bool renewed)
    {
        Create();
        Write(cluster, phase, second: 0);
        var clock = new HastyClock(waits => Write(cluster, phase, second: renewed ? waits / 10 : 0));
        using var run = RunDirectory.OpenToRead(files, folder.Path, Assert.Fail);
        await OtherCluster.RefuseAsync(run, "ours", new CommandContext(TextWriter.Null, TextWriter.Null, clock, folder.Path, _ => null, CancellationToken.None));
        return clock.Waits;
    }

    private void Create()
    {
        RunDirectory.Create(files, folder.Path, "a", "seed = 1", new Dictionary<string, string>(), overwrite: false, Assert.Fail).Dispose();
        File.WriteAllText(folder["secret"], "");
    }

    private void Write(string? cluster, string phase, int second) =>
        new CoordinatorFile("a", 1, "there", 3, 2, phase, null, ["a"], [], start.AddSeconds(second), Cluster: cluster).Write(files, folder.Path);
}
