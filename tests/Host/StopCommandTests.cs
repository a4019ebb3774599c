using System.Threading.Channels;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Host.Cluster;
using Kindred.Host.CommandLine;
using Kindred.Host.Commands;
using Kindred.Tests.Store;
using Microsoft.Extensions.Time.Testing;

namespace Kindred.Tests.Host;

/// <summary><c>kindred stop</c> of a run whose nodes are only starting, that fails, or where nobody is.</summary>
public sealed class StopCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();

    public StopCommandTests() =>
        RunDirectory.Create(files, folder.Path, "a", "seed = 1", new Dictionary<string, string>(), overwrite: false, Assert.Fail).Dispose();

    private bool IsAsked => File.Exists(RunDirectory.StopOf(folder.Path));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nobody_is_it_asks_nobody(bool endedBefore)
    {
        if (endedBefore)
            Write(CoordinatorFile.Ended, step: 2, second: 0);
        Assert.EndsWith(": nobody trains it now.", await RefusedAsync(_ => Assert.Fail("waits")), StringComparison.Ordinal);
        Assert.False(IsAsked);
    }

    [Fact]
    public async Task Nodes_that_only_start_are_asked_and_their_coordinator_waited_for()
    {
        Write(CoordinatorFile.Ended, step: 2, second: 0);
        using var starting = RunDirectory.Open(files, folder.Path, "b", LockMode.Shared, Assert.Fail);
        var clock = new HastyClock(waits =>
        {
            Assert.True(IsAsked);
            if (waits is 10 or 20)
                Write(waits == 10 ? "restoring" : CoordinatorFile.Ended, step: 3, second: waits);
        });
        Assert.Equal("stopped at step 3; resume, or nodes, go on from there\n", await StopAsync(clock));
        Assert.Equal(20, clock.Waits);
        Assert.False(IsAsked);
    }

    [Fact]
    public async Task A_run_that_failed_instead_of_stopping_is_no_success()
    {
        Write("running", step: 2, second: 0);
        var said = await RefusedAsync(waits => Write(CoordinatorFile.Ended, step: 2, waits, new IOException("the disk is full")));
        Assert.EndsWith(" failed at step 2 before it had stopped: the disk is full", said, StringComparison.Ordinal);
        Assert.False(IsAsked);
    }

    [Fact]
    public async Task Where_nobody_ever_coordinates_it_takes_its_request_back()
    {
        using var starting = RunDirectory.Open(files, folder.Path, "b", LockMode.Shared, Assert.Fail);
        Write(CoordinatorFile.Ended, step: 2, second: 0);
        Assert.Contains("nobody has coordinated it for 20 s", await RefusedAsync(_ => Assert.True(IsAsked)), StringComparison.Ordinal);
        Assert.False(IsAsked);
    }

    [Fact]
    public async Task Processes_that_are_there_hear_of_a_request_and_that_it_was_taken_back()
    {
        StopRequest.Make(folder.Path); // of an earlier life, which couldn't hear it
        var request = new StopRequest(folder.Path);
        var (clock, told) = (new FakeTimeProvider(), Channel.CreateUnbounded<object>());
        using var over = new CancellationTokenSource();
        var watching = request.WatchAsync(message => told.Writer.TryWrite(message), Assert.Fail, clock, over.Token);
        StopRequest.Make(folder.Path);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(new StopRun(), await told.Reader.ReadAsync(TestContext.Current.CancellationToken));
        StopRequest.Clear(folder.Path);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(new StopWithdrawn(), await told.Reader.ReadAsync(TestContext.Current.CancellationToken));
        await over.CancelAsync();
        await watching;
        Assert.False(told.Reader.TryRead(out _));
    }

    private async Task<string> RefusedAsync(Action<int> waited) =>
        (await Assert.ThrowsAsync<RunStoreException>(() => StopAsync(new HastyClock(waited)))).Message;

    private async Task<string> StopAsync(HastyClock clock)
    {
        using var output = new StringWriter();
        Assert.Equal(ExitCode.Done, await StopCommand.RunAsync(folder.Path, new CommandContext(output, TextWriter.Null, clock, folder.Path, _ => null, default)));
        return output.ToString();
    }

    private void Write(string phase, long step, int second, Exception? failure = null) =>
        new CoordinatorFile("b", 1, "there", 3, step, phase, null, ["b"], [], DateTimeOffset.UnixEpoch.AddSeconds(second), failure).Write(files, folder.Path);
}
