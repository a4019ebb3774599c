using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>A strategy applied to one actor, with the restarts that it has had.</summary>
internal sealed class Supervisor(LocalEngine engine, string path, SupervisorStrategy strategy)
{
    private readonly Queue<long> restarts = new();

    /// <summary>What happens to the actor that failed on <paramref name="message"/>; one that failed to start can't resume.</summary>
    internal Directive Decide(Exception failure, string message, bool starting)
    {
        var directive = Consult(failure);
        var said = directive.ToString();
        if (directive == Directive.Restart && !MayRestart())
            (directive, said) = (Directive.Stop, $"Stop, after {strategy.MaxRestarts} restarts within {strategy.Window}");
        else if (directive == Directive.Resume && starting)
            (directive, said) = (Directive.Stop, "Stop, as it has nothing to resume");
        EngineLog.Failed(engine.Log, failure, path, message, said);
        return directive;
    }

    private Directive Consult(Exception failure)
    {
        try
        {
            return strategy.Decide(failure);
        }
        catch (Exception e)
        {
            EngineLog.StrategyFailed(engine.Log, e, path);
            return Directive.Stop;
        }
    }

    private bool MayRestart()
    {
        var clock = engine.Options.Clock;
        while (restarts.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) >= strategy.Window)
            restarts.Dequeue();
        if (restarts.Count >= strategy.MaxRestarts)
            return false;
        restarts.Enqueue(clock.GetTimestamp());
        ActorTelemetry.Restarts.Add(1, ActorTelemetry.Tag(path));
        return true;
    }
}
