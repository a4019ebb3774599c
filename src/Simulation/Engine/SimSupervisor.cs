using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>A strategy applied to one actor, with the restarts that it has had.</summary>
internal sealed class SimSupervisor(TimeProvider clock, SupervisorStrategy strategy)
{
    private readonly Queue<long> restarts = new();

    public Directive Decide(Exception failure, bool starting)
    {
        Directive directive;
        try
        {
            directive = strategy.Decide(failure);
        }
        catch (Exception)
        {
            return Directive.Stop; // as the seam says of a strategy that fails
        }

        if (directive == Directive.Restart && !MayRestart())
            return Directive.Stop;
        return directive == Directive.Resume && starting ? Directive.Stop : directive;
    }

    private bool MayRestart()
    {
        while (restarts.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) >= strategy.Window)
            restarts.Dequeue();
        if (restarts.Count >= strategy.MaxRestarts)
            return false;
        restarts.Enqueue(clock.GetTimestamp());
        return true;
    }
}
