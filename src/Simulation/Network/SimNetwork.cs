using Kindred.Actors.Engines;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Data.Sampling;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Time;

namespace Kindred.Simulation.Network;

/// <summary>
/// Carries messages between nodes as the seam allows: late, not at all, twice; in order per sender and receiver; without their
/// bundles where those can't be pulled.
/// </summary>
internal sealed class SimNetwork(
    VirtualTurns turns, EventQueue queue, long seed, Lines lines, Func<Node, SimEngine?> find, Trace trace, Faults faults)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(300);
    private readonly Dictionary<(SimEngine, LocalActor?, SimEngine, string), TimeSpan> newest = [];
    private Keyed random = Keyed.For(Draw.Simulation, seed, 3);

    /// <summary>Of a message, typically; seconds.</summary>
    public double Latency { get; init; } = 0.001;

    public bool IsConnected(SimEngine engine) => lines.IsConnected(engine);

    /// <summary>A node's engine, dead or alive.</summary>
    public SimEngine? Find(Node node) => find(node);

    public void Send(SimEngine from, RemoteRef to, in Envelope envelope)
    {
        if (find(to.Home) is not { } there)
        {
            from.Local.DeadLetter(envelope, to, $"{to.Home.Name} is no member");
            return;
        }

        var sent = envelope;
        var isLost = random.NextDouble() < lines.LossBetween(from, there);
        var isDoubled = random.NextDouble() < lines.DoubleRate;
        if (from.IsDead || there.IsDead || !lines.IsConnected(from) || isLost)
        {
            if (isLost)
                faults.Count("message lost");
            Lose(sent);
            return;
        }

        var carries = (sent.Message as ICarriesBundles)?.Bundles.Any() == true;
        var copy = isDoubled ? Doubles.Of(sent.Message) : null;
        turns.At(there, Delay((from, turns.Current, there, to.Path), carries), () =>
        {
            Arrive(from, there, to, sent, carries);
            if (copy is null)
                return;
            faults.Count("message doubled");
            Arrive(from, there, to, sent with { Message = copy }, carries);
        });
    }

    /// <summary>Signals of watching; they are repeated until they are there, or the node is gone.</summary>
    public void Signal(SimEngine from, RemoteKind kind, RemoteRef to, IActorRef? about, string reason = "")
    {
        if (find(to.Home) is not { IsDead: false } there)
            return;
        turns.At(there, TimeSpan.FromSeconds(Latency), () =>
        {
            if (lines.IsConnected(there) && lines.IsConnected(from))
                there.Remoting.TakeSignal(from, kind, to, about, reason);
            else
                queue.Add(Again, () => Signal(from, kind, to, about, reason));
        });
    }

    /// <summary>An engine is gone: nothing of it is in order any more.</summary>
    public void Forget(SimEngine engine)
    {
        foreach (var key in newest.Keys.Where(k => k.Item1 == engine || k.Item3 == engine).ToArray())
            newest.Remove(key);
    }

    /// <summary>Never less than for the last message on this way.</summary>
    private TimeSpan Delay((SimEngine, LocalActor?, SimEngine, string) way, bool carries)
    {
        var delay = Latency * (0.5 + random.NextDouble() * (random.NextBelow(20) == 0 ? 20 : 1) + (carries ? 3 : 0));
        var at = queue.Now + TimeSpan.FromSeconds(delay);
        if (newest.TryGetValue(way, out var last) && at <= last)
            at = last + TimeSpan.FromTicks(1);
        newest[way] = at;
        return at - queue.Now;
    }

    private void Arrive(SimEngine from, SimEngine there, RemoteRef to, in Envelope envelope, bool carries)
    {
        if (!lines.IsConnected(there) || ((SimCluster)there.Cluster).HasRemoved(from.Node))
        {
            Lose(envelope);
            return;
        }

        if (carries && lines.WhyNoPull(from, there) is { } reason)
        {
            faults.Count("pull failed");
            Lose(envelope);
            if (envelope.Sender is { } owner)
                Deliver(from, there, to, envelope with { Message = new PullFailed(owner, reason) });
            return;
        }

        Deliver(from, there, to, envelope);
    }

    private void Deliver(SimEngine from, SimEngine there, RemoteRef to, in Envelope envelope)
    {
        trace.Message(queue.Now, from, there, to, envelope);
        there.Remoting.Take(from, to, envelope);
    }

    private static void Lose(in Envelope envelope) => (envelope.Message as ICarriesBundles)?.Release();
}
