using Kindred.Actors.Protocol.Store;
using Kindred.Simulation.Worlds;

namespace Kindred.Simulation.Checks;

/// <summary>Since its last commit, a coordinator that commits has looked for a claim of the term after its own, and there was none.</summary>
internal sealed class ClaimChecks(World world)
{
    private const string Claim = ".claim";
    private readonly HashSet<int> unclaimed = [];

    public void Missed(string path)
    {
        if (path.EndsWith(Claim, StringComparison.Ordinal))
            unclaimed.Add(int.Parse(Path.GetFileNameWithoutExtension(path)));
    }

    public void Committed(TermStep at)
    {
        if (!unclaimed.Remove(at.Term + 1))
            world.Check.Violated($"{at} was committed though a newer term was claimed, or without a look for one");
    }
}
