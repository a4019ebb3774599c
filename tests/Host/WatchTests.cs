using Kindred.Host.Cluster;

namespace Kindred.Tests.Host;

public sealed class WatchTests
{
    [Fact]
    public async Task What_cannot_be_read_is_one_warning_a_spell_and_looked_for_again()
    {
        using var ended = new CancellationTokenSource();
        var (looks, warnings) = (0, new List<string>());
        await Watch.RunAsync(TimeSpan.FromMilliseconds(1), Look, warnings.Add, TimeProvider.System, ended.Token);
        Assert.Equal(["look 1: stale; looked for again", "look 4: stale; looked for again"], warnings);

        void Look()
        {
            looks++;
            if (looks == 6)
                ended.Cancel();
            if (looks is 1 or 2 or 4 or 5)
                throw new IOException($"look {looks}: stale");
        }
    }
}
