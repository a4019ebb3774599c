using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Worlds;

/// <summary>
/// What <c>kindred stop</c> and the processes that see its request do: those that were there before it ask their guardians, until the run
/// has ended or nobody has coordinated it for a while. Whoever ended is started again, to go on.
/// </summary>
internal sealed class Stopping(World world)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5), Silence = TimeSpan.FromSeconds(20);
    private readonly HashSet<SimEngine> told = [];
    private CoordinatorFile? before, heard;
    private TimeSpan since;
    private long asked, over = -1;
    private bool asks;

    /// <summary>Whether this life of a node may end though the run isn't finished: it was there while one was asked to stop.</summary>
    public bool MayEnd(SimEngine engine) => asks || engine.Node.Incarnation <= over;

    /// <summary>False: the last one is under way.</summary>
    public bool TryBegin()
    {
        if (asks || told.Count > 0)
            return false;
        (asks, since, asked) = (true, world.Queue.Now, World.Milliseconds(world.Queue.Now));
        before = heard = Read();
        Tell();
        return true;
    }

    private void Tell()
    {
        var now = Read();
        if (now?.Renewed != heard?.Renewed || now?.Term != heard?.Term)
            (heard, since) = (now, world.Queue.Now);
        asks = asks && !(heard is { Phase: CoordinatorFile.Ended } && heard.Renewed != before?.Renewed) && world.Queue.Now - since <= Silence;
        over = asks ? over : Math.Max(over, World.Milliseconds(world.Queue.Now));
        told.RemoveWhere(engine => engine.IsDead);
        foreach (var engine in world.Scenario.Machines.Select(m => m.Engine).OfType<SimEngine>().Where(e => e is { IsDead: false, IsPaused: false }))
        {
            if (asks && engine.Node.Incarnation <= asked)
                told.Add(engine);
            if (told.Contains(engine))
                engine.Local.Find(Guardian.Path)?.Tell(asks ? new StopRun() : new StopWithdrawn());
            if (!asks)
                told.Remove(engine);
        }

        if (asks || told.Count > 0)
            world.Queue.Add(Look, Tell);
    }

    private CoordinatorFile? Read() => CoordinatorFile.Read(world.Read().Files, World.Folder);
}
