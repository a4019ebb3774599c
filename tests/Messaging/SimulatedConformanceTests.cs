using System.Collections.Concurrent;
using Kindred.Actors.Messaging;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Network;
using Kindred.Simulation.Time;
using Faults = Kindred.Simulation.Faults;
using Trace = Kindred.Simulation.Trace;

namespace Kindred.Tests.Messaging;

/// <summary>One node of a simulation, whose work takes a second of virtual time.</summary>
public sealed class SimulatedConformanceTests : ConformanceTests
{
    private readonly List<PumpedTurns> pumps = [];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var pump in pumps)
            pump.Dispose();
    }

    protected override IActorEngine Make(EngineOptions options)
    {
        var queue = new EventQueue(options.Seed);
        var turns = new PumpedTurns(queue, options.Seed);
        pumps.Add(turns);
        var lines = new Lines([new Machine(0, options.Node.Name, options.Node.Roles)]);
        return new SimEngine(options, turns, new SimNetwork(turns, queue, options.Seed, lines, _ => null, new Trace(null), new Faults())).Local;
    }

    [Fact(Timeout = Hung)]
    public async Task A_restart_waits_for_running_work_and_drops_what_comes_back()
    {
        var events = new ConcurrentQueue<object>();
        var actor = Engine.Spawn(
            new Props(() => new Script((self, message) =>
            {
                events.Enqueue(message);
                if (message is "ping")
                    self.Reply("pong");
                if (message is not "work")
                    return;
                self.World.Run(self.World.Executor("heavy"), () => { events.Enqueue("worked"); return 0; }, _ => "done", failure => failure);
                throw new InvalidOperationException("asked to fail");
            }) { Stopping = _ => events.Enqueue("stop") }),
            "worker");
        actor.Tell("work");
        await Settle(actor);
        await Settle(actor);
        Assert.Equal(["work", "worked", "stop", "ping", "ping"], events);
    }

    [Fact(Timeout = Hung)]
    public async Task Stopping_waits_for_the_work_that_was_handed_over()
    {
        var events = new ConcurrentQueue<string>();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Engine.Spawn(
            new Props(() => new Script((self, _) =>
            {
                for (var i = 0; i < 3; i++)
                    self.World.Run(self.World.Executor("heavy", 2), () => { events.Enqueue("worked"); return 0; }, _ => "done", failure => failure);
                self.World.Stop(self.World.Self);
            })
            {
                Stopping = _ =>
                {
                    events.Enqueue("stop");
                    stopped.SetResult();
                },
            }),
            "worker").Tell("go");
        await stopped.Task;
        Assert.Equal(["worked", "worked", "worked", "stop"], events);
    }
}
