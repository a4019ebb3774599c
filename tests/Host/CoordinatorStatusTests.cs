using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Commands;
using Kindred.Tests.Store;

namespace Kindred.Tests.Host;

/// <summary>The coordinator's clock is an hour behind, or ahead, of this machine's: whether its file is renewed tells that it lives.</summary>
public sealed class CoordinatorStatusTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();
    private readonly DateTimeOffset start = TimeProvider.System.GetUtcNow();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Status_sees_that_it_lives(int hours) =>
        Assert.StartsWith("a on there coordinates it under term 3: running, step 2", await StatusAsync(hours, renewed: true), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Status_sees_that_it_is_dead(int hours) =>
        Assert.StartsWith("nobody coordinates it: a on there was last heard at ", await StatusAsync(hours, renewed: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "ended at step 2 under term 3\n")]
    [InlineData("the disk is full", "failed at step 2 under term 3: the disk is full\n")]
    public async Task Status_says_how_it_ended(string? failure, string said)
    {
        Create();
        new CoordinatorFile("a", 1, "there", 3, 2, CoordinatorFile.Ended, null, ["a"], [], start, failure is null ? null : new RunStoreException(failure)).Write(files, folder.Path);
        Assert.StartsWith(said, await StatusAsync(new HastyClock(_ => Assert.Fail("looks twice"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Other_nodes_say_what_it_waits_for_while_it_lives(int hours)
    {
        var notes = new List<string>();
        var notice = new WaitNotice(new Connected(), folder.Path, notes.Add);
        for (var second = 0; second < 20; second++)
        {
            Write(hours, second: second < 10 ? second : 10);
            notice.Look();
        }

        Assert.Equal(["waits for a keeper", "the run goes on"], notes);
        notes.Clear();
        var late = new WaitNotice(new Connected(), folder.Path, notes.Add);
        for (var second = 0; second < 10; second++)
            late.Look();
        Assert.Empty(notes);
    }

    [Fact]
    public async Task A_damaged_file_may_be_deleted()
    {
        Create();
        File.WriteAllText(RunDirectory.CoordinatorOf(folder.Path), "{");
        var damaged = await Assert.ThrowsAsync<RunStoreException>(() => StatusAsync(TimeProvider.System));
        Assert.Contains("coordinator.json is damaged (line 1): look again in some seconds, ", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_not_called_none()
    {
        Create();
        Assert.Contains("no checkpoint yet\n", await StatusAsync(TimeProvider.System), StringComparison.Ordinal);
        var directory = RunDirectory.OpenToRead(files, folder.Path, Assert.Fail);
        Assert.Equal(1, directory.Terms.TryClaim("a"));
        directory.Terms.WriteStart(new StartRecord(1, 0, 0));
        File.WriteAllText(Path.Combine(RunDirectory.CheckpointsOf(folder.Path), "t0001-s000000001.json"), "{");
        Assert.Contains("no checkpoint that can be used\n", await StatusAsync(TimeProvider.System), StringComparison.Ordinal);
    }

    private Task<string> StatusAsync(int hours, bool renewed)
    {
        Create();
        Write(hours, second: 0);
        return StatusAsync(new HastyClock(waits => Write(hours, renewed ? waits / 10 : 0)));
    }

    private async Task<string> StatusAsync(TimeProvider clock)
    {
        using var output = new StringWriter();
        await StatusCommand.RunAsync(folder.Path, new CommandContext(output, TextWriter.Null, clock, folder.Path, _ => null, CancellationToken.None));
        return output.ToString();
    }

    private void Create() =>
        RunDirectory.Create(files, folder.Path, "a", "seed = 1", new Dictionary<string, string>(), overwrite: false, Assert.Fail).Dispose();

    private void Write(int hours, int second) =>
        new CoordinatorFile("a", 1, "there", 3, 2, "running", "a keeper", ["a"], [], start.AddHours(hours).AddSeconds(second)).Write(files, folder.Path);

    private sealed class Connected : ICluster
    {
        public Node Self { get; } = new("b", 1, ["coordinator"]);

        public bool IsConnected => true;

        public IReadOnlyList<Node> Members => [Self];

        public void Subscribe(IActorRef subscriber) => throw new NotSupportedException();

        public IActorRef Resolve(Node node, string path) => throw new NotSupportedException();
    }
}
