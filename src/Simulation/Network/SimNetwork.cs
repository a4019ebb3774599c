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
internal sealed class SimNetwork(VirtualTurns turns, EventQueue queue, long seed, Lines lines, Trace trace, Faults faults) : ILine
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(300);
    private readonly Dictionary<(SimEngine, SimActor?, SimEngine, string), TimeSpan> newest = [];
    private Keyed random = Keyed.For(Draw.Simulation, seed, 3);

    /// <summary>Of a message, typically; seconds.</summary>
    public double Latency { get; init; } = 0.001;

    public void Send(SimEngine from, SimRef to, in Envelope envelope)
    {
        var sent = envelope;
        var isLost = random.NextDouble() < lines.LossBetween(from, to.Engine);
        var isDoubled = random.NextDouble() < lines.DoubleRate;
        if (from.IsDead || to.Engine.IsDead || !lines.IsConnected(from) || isLost)
        {
            if (isLost)
                faults.Count("message lost");
            Lose(sent);
            return;
        }

        var carries = (sent.Message as ICarriesBundles)?.Bundles.Any() == true;
        var key = (from, from.Current, to.Engine, to.LocalPath);
        var at = queue.Now + TimeSpan.FromSeconds(Latency * (0.5 + random.NextDouble() * (random.NextBelow(20) == 0 ? 20 : 1) + (carries ? 3 : 0)));
        if (newest.TryGetValue(key, out var last) && at <= last)
            at = last + TimeSpan.FromTicks(1);
        newest[key] = at;
        var copy = isDoubled ? Doubles.Of(sent.Message) : null;
        turns.At(to.Engine, at - queue.Now, () =>
        {
            Arrive(from, to, sent, carries);
            if (copy is null)
                return;
            faults.Count("message doubled");
            Arrive(from, to, sent with { Message = copy }, carries);
        });
    }

    public void Signal(SimEngine from, SimRef to, object signal)
    {
        if (to.Engine.IsDead)
            return;
        turns.At(to.Engine, TimeSpan.FromSeconds(Latency), () =>
        {
            if (lines.IsConnected(to.Engine) && lines.IsConnected(from))
                to.Signal(signal);
            else
                queue.Add(Again, () => Signal(from, to, signal));
        });
        if (signal is Watch watch)
            ((SimCluster)from.Cluster).Watched(watch);
    }

    /// <summary>An engine is gone: nothing of it is in order any more.</summary>
    public void Forget(SimEngine engine)
    {
        foreach (var key in newest.Keys.Where(k => k.Item1 == engine || k.Item3 == engine).ToArray())
            newest.Remove(key);
    }

    private void Arrive(SimEngine from, SimRef to, in Envelope envelope, bool carries)
    {
        if (!lines.IsConnected(to.Engine) || ((SimCluster)to.Engine.Cluster).HasRemoved(from.Options.Node))
        {
            Lose(envelope);
            return;
        }

        if (carries && lines.WhyNoPull(from, to.Engine) is { } reason)
        {
            faults.Count("pull failed");
            Lose(envelope);
            Deliver(to, envelope with { Message = new PullFailed(envelope.Sender ?? new SimRef(from, "/"), reason) });
            return;
        }

        Deliver(to, envelope);
    }

    private void Deliver(SimRef to, in Envelope envelope)
    {
        trace.Message(queue.Now, to, envelope);
        to.Deliver(envelope);
    }

    private static void Lose(in Envelope envelope) => (envelope.Message as ICarriesBundles)?.Release();
}
