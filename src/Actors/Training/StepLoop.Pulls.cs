namespace Kindred.Actors.Training;

/// <summary>What becomes of leases whose answers can't be pulled.</summary>
internal sealed partial class StepLoop
{
    private readonly CutOffs cutOffs = new(run, roster, observer);

    /// <summary>What the member hasn't finished goes to others that can be pulled from, if there are any; else it is overdue some time.</summary>
    private void HandOver(Roster.Member member)
    {
        if (open is null || roster.Keeper is not { Ready: true } || !roster.ReadyWorkers.Any(w => w != member && !w.IsCutOff))
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
