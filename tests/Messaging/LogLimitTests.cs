using Kindred.Actors.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Kindred.Tests.Messaging;

public sealed class LogLimitTests
{
    [Fact]
    public void One_line_a_second_passes_and_says_how_many_did_not()
    {
        var clock = new FakeTimeProvider();
        var limit = new LogLimit(clock);
        Assert.Equal((true, 0), Pass(limit));
        for (var i = 0; i < 5; i++)
            Assert.False(Pass(limit).Passed);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(Pass(limit).Passed);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal((true, 6), Pass(limit));
        Assert.False(Pass(limit).Passed);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, 1), Pass(limit));
    }

    private static (bool Passed, long Others) Pass(LogLimit limit) => (limit.TryPass(out var others), others);
}
