using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

/// <summary>A start elsewhere is refused while coordinator.json changes, and only then.</summary>
public sealed class LifeSignsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();
    private readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task NoFileIsNoLife()
    {
        await Look();
        Assert.Empty(notes);
    }

    [Theory]
    [InlineData("here", "running")]
    [InlineData("there", "ended")]
    public async Task ThisMachineAndAnOrderlyEndAreNotWaitedFor(string host, string phase)
    {
        Write(1, phase, host);
        var looks = await Look(changing: true);
        Assert.Equal((0, 0), (looks, notes.Count));
    }

    [Fact]
    public async Task AnotherMachinesFileThatStandsStillIsTakenOverAfterTenSeconds()
    {
        Write(1, "running");
        Assert.Equal(20, await Look());
        Assert.Contains("trained on there and not ended in order", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherMachinesFileThatChangesRefusesTheStart()
    {
        Write(1, "running");
        var refused = await Assert.ThrowsAsync<RunStoreException>(() => Look(changing: true));
        Assert.Contains("is being trained on there (term 3, step 2)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("takeover=true", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStopEndsTheWait()
    {
        Write(1, "running");
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Look(stop: stop));
    }

    [Fact]
    public async Task AFileThatCannotBeReadIsWatchedToo()
    {
        File.WriteAllText(RunDirectory.CoordinatorOf(folder.Path), "{");
        Assert.Equal(20, await Look());
    }

    [Fact]
    public void AnOverwrittenRunLeavesNoFile()
    {
        var none = new Dictionary<string, string>();
        using (RunDirectory.Create(files, folder.Path, "a", "seed = 1", none, overwrite: false, notes.Add))
            Write(1, "running");
        using var again = RunDirectory.Create(files, folder.Path, "a", "seed = 1", none, overwrite: true, notes.Add);
        Assert.Null(CoordinatorFile.Read(files, folder.Path));
    }

    private void Write(long step, string phase, string host = "there") =>
        new CoordinatorFile("a", 1, host, 3, step, phase, null, ["a"], [], DateTimeOffset.UnixEpoch).Write(files, folder.Path);

    /// <summary>How often it looked; with <paramref name="changing"/> the file is renewed before each look.</summary>
    private async Task<int> Look(bool changing = false, CancellationTokenSource? stop = null)
    {
        var clock = new HastyClock(waits =>
        {
            if (changing)
                Write(1 + waits, "running");
            stop?.Cancel();
        });
        await new LifeSigns(files, folder.Path, "here", clock).RefuseIfAnyAsync(notes.Add, stop?.Token ?? CancellationToken.None);
        return clock.Waits;
    }
}
