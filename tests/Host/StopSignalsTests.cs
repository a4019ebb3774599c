using System.Runtime.InteropServices;
using Kindred.Host.CommandLine;

namespace Kindred.Tests.Host;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGHUP, 129)]
    public void The_first_signal_asks_and_the_second_ends(PosixSignal signal, int code)
    {
        var (exits, error) = (new List<int>(), new StringWriter());
        using var signals = new StopSignals(saves: true, error, exits.Add);
        signals.Received(signal, error);
        Assert.True(signals.Token.IsCancellationRequested);
        Assert.Empty(exits);
        signals.Received(signal, error);
        Assert.Equal([code], exits);
        Assert.Equal("kindred: stopping in order; a second signal stops at once\n", error.ToString());
    }

    [Theory]
    [InlineData("train", false)]
    [InlineData("resume", false)]
    [InlineData("node", false)]
    [InlineData("stop", true)]
    [InlineData("eval", true)]
    [InlineData("embed", true)]
    [InlineData("export", true)]
    [InlineData("inspect", true)]
    public void The_first_ends_a_command_that_has_nothing_to_save(string command, bool ends)
    {
        var (exits, error) = (new List<int>(), new StringWriter());
        using var signals = new StopSignals(CommandTable.Stops([command, "runs/a"]), error, exits.Add);
        signals.Received(PosixSignal.SIGTERM, error);
        Assert.Equal(ends ? [143] : [], exits);
        Assert.Equal(ends, !signals.Token.IsCancellationRequested && error.ToString().Length == 0);
    }
}
