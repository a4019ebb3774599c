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
    public async Task When_what_was_there_has_gone_it_stops_waiting()
    {
        Write(CoordinatorFile.Ended, step: 2, second: 0);
        var ending = RunDirectory.Open(files, folder.Path, "b", LockMode.Shared, Assert.Fail);
        Assert.EndsWith(": nobody trains it now.", await RefusedAsync(_ => ending.Dispose()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_stop_that_gives_up_takes_only_its_own_request_back()
    {
        Write("running", step: 2, second: 0);
        var other = StopRequest.Make(folder.Path);
        var clock = new HastyClock(waits =>
        {
            StopRequest.Clear(folder.Path, other);
            Write(waits == 2 ? CoordinatorFile.Ended : "running", step: 2, waits);
        });
        Assert.StartsWith("stopped at step 2", await StopAsync(clock), StringComparison.Ordinal);
        Write("running", step: 2, second: 3);
        Assert.EndsWith("another `kindred stop` has taken the request back.", await RefusedAsync(_ => File.Delete(RunDirectory.StopOf(folder.Path))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coordinator_that_comes_while_it_waits_is_asked_anew()
    {
        Write("running", step: 2, second: 0);
        var requests = new List<string>();
        var clock = new HastyClock(waits =>
        {
            requests.Add(File.ReadAllText(RunDirectory.StopOf(folder.Path)));
            Write(waits == 3 ? CoordinatorFile.Ended : "running", step: 2, waits, term: 4);
        });
        await StopAsync(clock);
        Assert.Equal(3, requests.Count);
        Assert.NotEqual(requests[0], requests[1]);
        Assert.Equal(requests[1], requests[2]);
    }

    [Fact]
    public async Task It_says_what_the_end_waits_for_once_that_lasts()
    {
        Write("running", step: 2, second: 0);
        var clock = new HastyClock(waits => Write(waits == 30 ? CoordinatorFile.Ended : CoordinatorFile.Stopping, step: 2, waits,
            waitsFor: waits < 30 ? waits < 3 ? "the end of step 3" : "the checkpoint of step 2" : null));
        Assert.Equal("waits for the checkpoint of step 2\nstopped at step 2; resume, or nodes, go on from there\n", await StopAsync(clock));
    }

    [Fact]
    public async Task It_says_which_steps_are_lost()
    {
        Write("running", step: 7, second: 0);
        var clock = new HastyClock(waits => Write(waits == 3 ? CoordinatorFile.Ended : CoordinatorFile.Stopping, step: waits == 3 ? 5 : 9, waits));
        Assert.StartsWith("steps 6 to 9 weren't saved, and will be trained again", await StopAsync(clock), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_that_are_there_hear_of_a_request()
    {
        var request = new StopRequest(folder.Path);
        StopRequest.Make(folder.Path);
        using var over = new CancellationTokenSource();
        var (clock, heard) = (new FakeTimeProvider(), 0);
        var watching = request.WatchAsync(
            () =>
            {
                heard++;
                over.Cancel();
            },
            Assert.Fail,
            clock,
            over.Token);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        await watching;
        Assert.Equal(1, heard);
    }

    private async Task<string> RefusedAsync(Action<int> waited) =>
        (await Assert.ThrowsAsync<RunStoreException>(() => StopAsync(new HastyClock(waited)))).Message;

    private async Task<string> StopAsync(HastyClock clock)
    {
        using var output = new StringWriter();
        Assert.Equal(ExitCode.Done, await StopCommand.RunAsync(folder.Path, new CommandContext(output, TextWriter.Null, clock, folder.Path, _ => null, default)));
        return output.ToString();
    }

    private void Write(string phase, long step, int second, Exception? failure = null, int term = 3, string? waitsFor = null) =>
        new CoordinatorFile("b", 1, "there", term, step, phase, waitsFor, ["b"], [], DateTimeOffset.UnixEpoch.AddSeconds(second), failure).Write(files, folder.Path);
}
