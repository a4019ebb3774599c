using Kindred.Actors.Messaging;
using Kindred.Data.Sampling;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation.Network;

/// <summary>How fast the simulated failure detector is; seconds.</summary>
internal sealed record DetectorTimes(double Suspect, double SuspectDead, double Remove, double RemoveDead, double Notice);

/// <summary>
/// What a failure detector and the broker would find out, looked at every quarter of a second: who is there, who is silent, who has
/// been silent for too long and is removed, and when a removed node hears of it.
/// </summary>
internal sealed class SimMembership(Lines lines, long seed, DetectorTimes times, Action<SimEngine> hearsRemoval)
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(0.25);
    private readonly List<SimEngine> joined = [];
    private readonly Dictionary<Node, SimEngine> byNode = [];
    private readonly Dictionary<SimEngine, TimeSpan> removed = [];
    private readonly Dictionary<(SimEngine, SimEngine), TimeSpan> heard = [];
    private Keyed random = Keyed.For(Draw.Simulation, seed, 4);

    public SimEngine? Find(Node node) => byNode.GetValueOrDefault(node);

    public bool IsRemoved(SimEngine engine) => removed.ContainsKey(engine);

    public void Join(SimEngine engine, TimeSpan now)
    {
        foreach (var earlier in joined.Where(e => e.Node.Name == engine.Node.Name))
            removed.TryAdd(earlier, now);
        joined.Add(engine);
        byNode.Add(engine.Node, engine);
        Look(engine, now);
    }

    /// <summary>It says so itself: the others remove it at once.</summary>
    public void Leave(SimEngine engine, TimeSpan now) => removed.TryAdd(engine, now);

    public void Look(TimeSpan now)
    {
        foreach (var observer in joined.ToArray())
        {
            if (observer.IsDead || observer.IsPaused || !lines.IsConnected(observer))
                Refresh(observer, now);
            else
                Look(observer, now);
        }
    }

    private void Look(SimEngine observer, TimeSpan now)
    {
        if (removed.TryGetValue(observer, out var since))
        {
            if (now - since > TimeSpan.FromSeconds(times.Notice))
                hearsRemoval(observer);
            return;
        }

        var view = observer.Cluster;
        foreach (var subject in joined.ToArray())
        {
            if (subject == observer)
                continue;
            var node = subject.Node;
            if (IsRemoved(subject))
            {
                if (view.Knows(node) && random.NextBelow(2) == 0)
                    view.Remove(node);
            }
            else if (!view.Knows(node))
            {
                heard[(observer, subject)] = now;
                view.Up(node);
            }
            else
                Judge(observer, view, subject, now);
        }
    }

    private void Judge(SimEngine observer, SimCluster view, SimEngine subject, TimeSpan now)
    {
        var node = subject.Node;
        if (!subject.IsDead && !subject.IsPaused && lines.IsConnected(subject))
        {
            heard[(observer, subject)] = now;
            if (view.IsUnreachable(node))
                view.Reachable(node);
            return;
        }

        var silent = (now - heard[(observer, subject)]).TotalSeconds;
        if (silent > (subject.IsDead ? times.SuspectDead : times.Suspect) && !view.IsUnreachable(node))
            view.Unreachable(node);
        if (silent > (subject.IsDead ? times.RemoveDead : times.Remove))
            removed.TryAdd(subject, now);
    }

    /// <summary>Who is cut off or stopped suspects nobody, and starts afresh.</summary>
    private void Refresh(SimEngine observer, TimeSpan now)
    {
        foreach (var subject in joined)
            heard[(observer, subject)] = now;
        if (removed.ContainsKey(observer))
            removed[observer] = now; // it is told some time after it is back
    }
}
