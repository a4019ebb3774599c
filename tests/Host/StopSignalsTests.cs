using System.Runtime.InteropServices;
using Kindred.Host.CommandLine;

namespace Kindred.Tests.Host;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    public void The_first_signal_asks_and_the_second_ends(PosixSignal signal, int code)
    {
        var (exits, error) = (new List<int>(), new StringWriter());
        using var signals = new StopSignals(error, exits.Add);
        signals.Received(signal, error);
        Assert.True(signals.Token.IsCancellationRequested);
        Assert.Empty(exits);
        signals.Received(signal, error);
        Assert.Equal([code], exits);
        Assert.Equal("kindred: stopping after this step; a second signal stops at once\n", error.ToString());
    }
}
