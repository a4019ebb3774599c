using System.Collections.Concurrent;
using System.Diagnostics;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

public sealed class TermsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();

    private Terms Terms => new(files, folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ClaimsCountUp()
    {
        Assert.Equal(0, Terms.NewestClaim());
        Assert.Equal(1, Terms.TryClaim("a"));
        Assert.True(Terms.IsNewest(1));
        Assert.Equal(2, Terms.TryClaim("b"));
        Assert.False(Terms.IsNewest(1));
        Assert.Equal(2, Terms.NewestClaim());
        Assert.Equal("a", Terms.OwnerOf(1));
        Assert.Null(Terms.OwnerOf(3));
        Assert.Equal(["0001.claim", "0002.claim"], files.List(folder.Path));
    }

    [Fact]
    public void EachTermHasOneWinnerAmongThreads()
    {
        const int Claimants = 8, Rounds = 50;
        var won = new ConcurrentBag<int>();
        using var together = new Barrier(Claimants);
        var threads = Enumerable.Range(0, Claimants).Select(i => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                together.SignalAndWait();
                if (Terms.TryClaim($"claimant {i}") is { } term)
                    won.Add(term);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(Enumerable.Range(1, Terms.NewestClaim()), won.Order());
        Assert.InRange(won.Count, Rounds, Claimants * Rounds);
    }

    [Fact]
    public void EachTermHasOneWinnerAmongProcesses()
    {
        const int Last = 60;
        const string Script = "printf other >mine; for n in $(seq 60); do ln mine $(printf %04d.claim $n) 2>/dev/null && echo $n; done";
        using var other = Process.Start(new ProcessStartInfo("bash", ["-c", Script])
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        var won = new List<int>();
        while (Terms.NewestClaim() < Last)
        {
            if (Terms.TryClaim("we") is { } term)
                won.Add(term);
        }

        var theirs = other.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        other.WaitForExit();
        Assert.Equal(Enumerable.Range(1, Terms.NewestClaim()), won.Concat(theirs).Order());
        Assert.All(won, term => Assert.Equal("we", Terms.OwnerOf(term)));
    }

    [Fact]
    public void WhoReadsItsOwnIdentityHasWonWhateverTheCallReturned() =>
        Assert.Equal(1, new Terms(new LyingLink(files), folder.Path).TryClaim("a"));

    [Fact]
    public void StartRecordsMakeTheChain()
    {
        Terms.TryClaim("a");
        Terms.WriteStart(new(1, 0, 0));
        Terms.TryClaim("b");
        Terms.TryClaim("c");
        Terms.WriteStart(new(3, 1, 20));
        Terms.WriteStart(new(3, 1, 20)); // again: nothing happens
        Assert.Equal([new(1, 0, 0), new(3, 1, 20)], Terms.Chain().Links);
    }

    [Fact]
    public void AStartThatCannotBeIsRefused()
    {
        Assert.Contains("nobody claimed", Refused(new(1, 0, 0)), StringComparison.Ordinal);
        Terms.TryClaim("a");
        Terms.WriteStart(new(1, 0, 0));
        Terms.TryClaim("b");
        Terms.WriteStart(new(2, 1, 20));
        Assert.Contains("already started from 1, step 20", Refused(new(2, 1, 19)), StringComparison.Ordinal);
        Terms.TryClaim("c");
        Assert.Contains("doesn't count", Refused(new(3, 1, 21)), StringComparison.Ordinal);
        Assert.Equal(2, Terms.Chain().Links.Count);
    }

    [Fact]
    public void ADamagedStartRecordIsNamed()
    {
        File.WriteAllText(folder["0001.start"], """{"term":1,"par""");
        Assert.Contains("0001.start is damaged", Assert.Throws<RunStoreException>(() => Terms.Chain()).Message, StringComparison.Ordinal);
    }

    private string Refused(StartRecord record) => Assert.Throws<RunStoreException>(() => Terms.WriteStart(record)).Message;

    /// <summary>A network file system whose repeated link(2) finds its own first try there.</summary>
    private sealed class LyingLink(IFiles inner) : DecoratedFiles(inner)
    {
        public override bool TryCreate(string path, ReadOnlyMemory<byte> content) => !base.TryCreate(path, content);
    }
}
