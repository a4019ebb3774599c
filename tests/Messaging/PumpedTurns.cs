using System.Collections.Concurrent;
using Kindred.Actors.Engines;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Time;

namespace Kindred.Tests.Messaging;

/// <summary>A simulation's turns, taken as soon as there are any on a thread of their own, to which other threads hand what they send.</summary>
internal sealed class PumpedTurns : VirtualTurns, IDisposable
{
    private readonly BlockingCollection<Action> posts = [];
    private readonly EventQueue queue;
    private readonly Thread thread;

    public PumpedTurns(EventQueue queue, long seed)
        : base(queue, seed, (_, _) => TimeSpan.FromSeconds(1))
    {
        this.queue = queue;
        thread = new Thread(Pump) { IsBackground = true };
        thread.Start();
    }

    public override void Soon(SimEngine engine, Mailbox mailbox)
    {
        if (Thread.CurrentThread == thread)
            base.Soon(engine, mailbox);
        else
            posts.Add(() => base.Soon(engine, mailbox));
    }

    public void Dispose() => posts.CompleteAdding();

    private void Pump()
    {
        foreach (var post in posts.GetConsumingEnumerable())
        {
            post();
            while (queue.Next() is { } happens)
            {
                happens();
                while (posts.TryTake(out var next))
                    next();
            }
        }

        posts.Dispose();
    }
}
