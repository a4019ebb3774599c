using Kindred.Data.Sampling;

namespace Kindred.Host.Chaos;

/// <summary>Kills, pauses and cuts nodes and kills the broker, one at a time, at times and in an order that follow from a seed.</summary>
/// <param name="network">Node i of <paramref name="nodes"/> is node i + 1 of it; null: none is cut, and kills take the share of cuts.</param>
internal sealed class Faults(
    long seed, TimeSpan meanTime, IReadOnlyList<SupervisedNode> nodes, BrokerProcess broker, PrivateNetwork? network, Action<string> say)
{
    private const double BrokerShare = 0.1, PauseShare = 0.25, CutShare = 0.3;
    private const double LeastSeconds = 1, MostSeconds = 8;
    private Keyed random = Keyed.For(Draw.Simulation, seed);

    /// <summary>How many of each kind have happened.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public async Task RunAsync(TimeProvider clock, TimeSpan most, CancellationToken ended)
    {
        var start = clock.GetTimestamp();
        try
        {
            while (!ended.IsCancellationRequested)
            {
                await Task.Delay(-Math.Log(1 - random.NextDouble()) * meanTime, clock, ended);
                if (clock.GetElapsedTime(start) > most)
                    return;
                await StrikeAsync(clock, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task StrikeAsync(TimeProvider clock, CancellationToken ended)
    {
        var kind = random.NextDouble();
        var number = (int)random.NextBelow(nodes.Count);
        var node = nodes[number];
        var length = TimeSpan.FromSeconds(random.NextDouble(LeastSeconds, MostSeconds));
        if (kind < BrokerShare)
        {
            Count("kill broker", "kill -9 of the broker");
            broker.Kill();
            await broker.StartAgainAsync(CancellationToken.None);
        }
        else if (kind < BrokerShare + PauseShare)
        {
            Count("pause", $"SIGSTOP of {node.Name} for {length.TotalSeconds:F1} s");
            await ForAsync(length, clock, () => node.Signal("STOP"), () => node.Signal("CONT"), ended);
        }
        else if (kind < BrokerShare + PauseShare + CutShare && network is not null)
        {
            var links = (Link)(1 + random.NextBelow(3));
            Count("cut", $"{node.Name} is cut off ({links}) for {length.TotalSeconds:F1} s");
            await ForAsync(length, clock, () => network.Cut(links, number + 1), () => network.Mend(links, number + 1), ended);
        }
        else
        {
            Count("kill", $"kill -9 of {node.Name}");
            node.Signal("KILL");
        }
    }

    private static async Task ForAsync(TimeSpan length, TimeProvider clock, Action begin, Action end, CancellationToken ended)
    {
        begin();
        try
        {
            await Task.Delay(length, clock, ended);
        }
        finally
        {
            end();
        }
    }

    private void Count(string kind, string line)
    {
        Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
        say(line);
    }
}
