using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Network;

namespace Kindred.Simulation.Worlds;

/// <summary>The process around one life of a node: hears what its actors say, and ends with the run.</summary>
internal sealed class SimObserver(World world, Machine machine, SimEngine engine) : IRunObserver
{
    public void Started(TermStep from, int term) => world.Note($"{machine.Name} coordinates term {term} from {from}");

    public void Committed(StepReport step)
    {
        world.Note($"{machine.Name} commits {step.At}");
        world.Check.Committed(step);
    }

    public void Evaluated(long step, EvaluationResult result) => world.Note($"{machine.Name} evaluated {step}");

    public void Saved(long step) => world.Note($"{machine.Name} saved {step}");

    public void Noted(string what) => world.Note($"{machine.Name}: {what}");

    public void Ended(RunEnd end)
    {
        if (engine.IsDead)
            return;
        world.Note($"{machine.Name} ends: {end}");
        world.Check.Ended(end, engine);
        machine.IsDone = end is { Reason: null, Finished: true };
        world.Die(engine, "has ended");
    }
}
