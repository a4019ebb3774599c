using System.Runtime.CompilerServices;
using Kindred.Actors.Engines;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Worlds;

namespace Kindred.Simulation.Checks;

/// <summary>
/// What a replica holds, from turn to turn: its term only grows, no commit of an older term is applied, and no state off the chain of
/// start records is gone on from.
/// </summary>
internal sealed class ReplicaChecks(World world)
{
    private readonly ConditionalWeakTable<ReplicaActor, Seen> seen = [];

    public void Look(ReplicaActor replica, LocalActor actor, SimEngine engine, FileChecks files)
    {
        var before = seen.GetOrCreateValue(replica);
        var (term, held) = (replica.KnownTerm, replica.HeldState);
        if (term < before.Term)
            world.Check.Violated($"{Name(replica, engine)} went from term {before.Term} back to {term}");
        else if (held is { } now && (term != before.Term || held != before.State))
            Look(before, actor.Handled is TakeState, term, now, Name(replica, engine), files);
        (before.Term, before.State) = (term, held);
    }

    private void Look(Seen before, bool isGiven, int term, TermStep now, string who, FileChecks files)
    {
        var wasTold = isGiven || term != before.Term || before.State is not { } state || now.Step != state.Step + 1;
        if (wasTold && !files.MayBegin(term, now))
            world.Check.Violated($"{who} was given the state {now} in term {term}, off the chain of start records");
        else if (!wasTold && now.Term != term)
            world.Check.Violated($"{who} applied the commit {now} in term {term}");
        else if (!wasTold && !files.MayFollow(before.State!.Value, now))
            world.Check.Violated($"{who} went on from {before.State} to {now}, off the chain of start records");
    }

    private static string Name(ReplicaActor replica, SimEngine engine) => $"{engine}'s {replica.GetType().Name}";

    private sealed class Seen
    {
        public int Term { get; set; }

        public TermStep? State { get; set; }
    }
}
