using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>What every mode looks at before it commits.</summary>
internal static class CommitGuard
{
    /// <summary>False: the step diverged, and the run ends with that.</summary>
    /// <exception cref="SupersededException">A newer term was claimed.</exception>
    public static bool Passes(IActorContext context, long step, bool newest, bool finite, double loss)
    {
        if (!newest)
            throw new SupersededException($"a newer coordinator has claimed the run: this one steps down before step {step}, and nothing is lost.");
        if (finite && double.IsFinite(loss))
            return true;
        context.Self.Tell(new Failed(new DivergedException(
            $"step {step} diverged: {(finite ? "the loss" : "a gradient")} is not finite. Start again with a lower lr, or a higher tau.")));
        return false;
    }
}
