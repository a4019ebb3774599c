using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Worlds;

/// <summary>
/// What <c>kindred stop</c> and the processes that see its request do: those that were there before it ask their guardians again and again,
/// until the run has ended or nobody has coordinated it for a while. Whoever ended is started again, to go on.
/// </summary>
internal sealed class Stopping(World world)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5), Silence = TimeSpan.FromSeconds(20);
    private CoordinatorFile? before, heard;
    private TimeSpan since;
    private long asked, over = -1;
    private bool asks;

    /// <summary>Whether this life of a node may end though the run isn't finished: it was there while one was asked to stop.</summary>
    public bool MayEnd(SimEngine engine) => asks || engine.Node.Incarnation <= over;

    /// <summary>False: the last one is under way.</summary>
    public bool TryBegin()
    {
        if (asks)
            return false;
        (asks, since, asked) = (true, world.Queue.Now, world.Queue.Milliseconds);
        before = heard = Read();
        Ask();
        return true;
    }

    private void Ask()
    {
        var now = Read();
        if (now?.Renewed != heard?.Renewed || now?.Term != heard?.Term)
            (heard, since) = (now, world.Queue.Now);
        asks = !(heard is { Phase: CoordinatorFile.Ended } && heard.Renewed != before?.Renewed) && world.Queue.Now - since <= Silence;
        over = world.Queue.Milliseconds;
        if (!asks)
            return;
        foreach (var engine in world.Scenario.Machines.Select(m => m.Engine).OfType<SimEngine>())
            if (engine is { IsDead: false, IsPaused: false } && engine.Node.Incarnation <= asked)
                engine.Local.Find(Guardian.Path)?.Tell(new StopRun());
        world.Queue.Add(Look, Ask);
    }

    private CoordinatorFile? Read() => CoordinatorFile.Read(world.Read().Files, World.Folder);
}
