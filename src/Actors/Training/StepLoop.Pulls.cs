namespace Kindred.Actors.Training;

/// <summary>What becomes of leases whose answers can't be pulled.</summary>
internal sealed partial class StepLoop
{
    private readonly CutOffs cutOffs = new(run, roster, observer);

    /// <summary>What the member hasn't finished goes to others, if there are any.</summary>
    private void HandOver(Roster.Member member)
    {
        if (open is null || roster.Keeper is not { Ready: true } || !roster.Lessees.Any(w => w != member))
            return;
        foreach (var (shard, owner) in open.Unfinished.ToArray())
            if (member.Actor.Equals(owner))
                Lease(shard, Other(member, shard));
    }

    private Roster.Member Other(Roster.Member than, int shard)
    {
        Roster.Member[] others = [.. roster.Lessees.Where(w => w != than)];
        return others[shard % others.Length];
    }

    private void ProbeCutOffs()
    {
        foreach (var member in cutOffs.ToProbe(Now))
            Send((int)(open!.Step % run.Shards), member);
    }
}
