using FsCheck;
using FsCheck.Fluent;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

public sealed class TermChainTests
{
    /// <summary>
    /// Any history of claims, late starts, commits and commits of coordinators that don't know they were replaced: each step up to
    /// the newest term's last has exactly one commit that counts, and nothing beyond it has.
    /// </summary>
    [Fact]
    public void OneCommitOfEachStepCounts() => Prop.ForAll(ArbMap.Default.ArbFor<(byte Act, byte Pick)[]>(), acts =>
    {
        var history = new History();
        foreach (var (act, pick) in acts)
            history.Do(act % 8, pick);
        var chain = TermChain.Of(history.Starts);
        var counting = history.Commits.Where(chain.Counts).Select(c => c.Step).Order().ToList();
        var last = chain.IsEmpty ? 0 : history.LastOf(chain.Links[^1].Term);
        return counting.SequenceEqual(Enumerable.Range(1, (int)last).Select(s => (long)s));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(200));

    [Fact]
    public void TermsThatNeverStartedOrWereAbandonedDoNotCount()
    {
        // 1 commits to 100; 2 goes on from 60 and commits to 90; 3 goes back to (1, 40); 4 never starts; 5 goes on from (3, 70).
        var chain = TermChain.Of([new(5, 3, 70), new(1, 0, 0), new(2, 1, 60), new(3, 1, 40)]);
        Assert.Equal([1, 3, 5], chain.Links.Select(l => l.Term));
        Assert.True(chain.Counts(new(1, 40)));
        Assert.False(chain.Counts(new(1, 41)));
        Assert.False(chain.Counts(new(2, 30)));
        Assert.True(chain.Counts(new(3, 70)));
        Assert.False(chain.Counts(new(3, 71)));
        Assert.False(chain.Counts(new(4, 1)));
        Assert.True(chain.Counts(new(5, 1_000_000)));
    }

    [Fact]
    public void NothingCountsBeforeTheFirstStart()
    {
        Assert.True(TermChain.Of([]).IsEmpty);
        Assert.False(TermChain.Of([]).Counts(new(1, 0)));
    }

    [Theory]
    [InlineData(3, 2, 10, "term 2 is missing")]
    [InlineData(1, 1, 10, "damaged")]
    [InlineData(1, 2, 10, "damaged")]
    [InlineData(1, 0, 10, "damaged")]
    [InlineData(1, 0, -1, "damaged")]
    public void DamagedRecordsAreRefused(int term, int parent, long step, string says) =>
        Assert.Contains(
            says, Assert.Throws<RunStoreException>(() => TermChain.Of([new(term, parent, step)])).Message, StringComparison.Ordinal);

    [Fact]
    public void ATermDoesNotGoOnFromBeforeItsParentsStart() =>
        Assert.Throws<RunStoreException>(() => TermChain.Of([new(1, 0, 0), new(2, 1, 50), new(3, 2, 49)]));

    private sealed class History
    {
        private readonly Dictionary<int, long> last = []; // of each started term: the step of its newest commit
        private readonly List<int> waiting = []; // claimed, not started
        private int claimed;

        public List<StartRecord> Starts { get; } = [];

        public List<TermStep> Commits { get; } = [];

        public long LastOf(int term) => last[term];

        public void Do(int act, byte pick)
        {
            switch (act)
            {
                case 0: // claimed; starts later or never
                    waiting.Add(++claimed);
                    break;
                case 1:
                    Start(++claimed, pick);
                    break;
                case 2 when waiting.Count > 0: // starts although a newer term may have
                    var term = waiting[pick % waiting.Count];
                    waiting.Remove(term);
                    Start(term, pick);
                    break;
                case 3 when last.Count > 0: // paused, and doesn't know that it was replaced
                    Commit(last.Keys.Order().ElementAt(pick % last.Count));
                    break;
                case > 3 when last.Count > 0:
                    Commit(last.Keys.Max());
                    break;
            }
        }

        // From any state that counted when the term was claimed.
        private void Start(int term, byte pick)
        {
            var chain = TermChain.Of(Starts.Where(s => s.Term < term));
            var states = Commits.Where(chain.Counts).ToList();
            var from = states.Count == 0 || pick == 255 ? default : states[^(1 + pick % states.Count)];
            Starts.Add(new StartRecord(term, from.Term, from.Step));
            last[term] = from.Step;
        }

        private void Commit(int term) => Commits.Add(new TermStep(term, ++last[term]));
    }
}
