using System.Threading.Channels;

namespace Kindred.Tests.Messaging;

public abstract partial class ConformanceTests
{
    [Fact(Timeout = Hung)]
    public async Task Work_runs_in_order_and_comes_back_as_messages()
    {
        var results = Channel.CreateUnbounded<object>();
        Spawn("worker", (self, message) =>
        {
            if (message is not "go")
                results.Writer.TryWrite(message);
            for (var i = 0; message is "go" && i < 100; i++)
            {
                var number = i;
                self.World.Run(self.World.Executor("heavy"), () => number, result => result, failure => failure);
            }
        }).Tell("go");

        for (var number = 0; number < 100; number++)
            Assert.Equal(number, await results.Reader.ReadAsync());
    }

    [Fact(Timeout = Hung)]
    public async Task An_exception_of_the_work_arrives_as_a_message()
    {
        var (probe, inbox) = Probe();
        Spawn("worker", (self, message) =>
        {
            if (message is "go")
                self.World.Run<int>(self.World.Executor("heavy"), () => throw new FormatException("bad"), _ => "done", failure => failure.Message);
            else
                probe.Tell(message);
        }).Tell("go");
        Assert.Equal("bad", await inbox.ReadAsync());
    }
}
