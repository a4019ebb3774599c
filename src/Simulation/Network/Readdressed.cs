using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Simulation.Network;

/// <summary>Messages with their refs put in other terms. A message that is forgotten here fails at its first use on another node.</summary>
internal static class Readdressed
{
    public static object Of(object message, Func<IActorRef, IActorRef> seen) => message switch
    {
        ShardLease m => m with { Keeper = seen(m.Keeper), Data = seen(m.Data) },
        ShareState m => m with { Newcomer = seen(m.Newcomer) },
        EvaluateState m => m with { Evaluator = seen(m.Evaluator) },
        PullFailed m => m with { Owner = seen(m.Owner) },
        _ => message,
    };
}
