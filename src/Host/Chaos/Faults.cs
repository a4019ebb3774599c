using Kindred.Data.Sampling;

namespace Kindred.Host.Chaos;

/// <summary>Kills and pauses nodes and kills the broker, one at a time, at times and in an order that follow from a seed.</summary>
internal sealed class Faults(long seed, TimeSpan meanTime, IReadOnlyList<SupervisedNode> nodes, BrokerProcess broker, Action<string> say)
{
    private const double BrokerShare = 0.15, PauseShare = 0.3;
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
        var node = nodes[random.NextBelow(nodes.Count)];
        if (kind < BrokerShare)
        {
            Count("kill broker", "kill -9 of the broker");
            broker.Kill();
            await broker.StartAgainAsync(CancellationToken.None);
        }
        else if (kind < BrokerShare + PauseShare)
        {
            var pause = TimeSpan.FromSeconds(random.NextDouble(1, 8));
            Count("pause", $"SIGSTOP of {node.Name} for {pause.TotalSeconds:F1} s");
            node.Signal("STOP");
            try
            {
                await Task.Delay(pause, clock, ended);
            }
            finally
            {
                node.Signal("CONT");
            }
        }
        else
        {
            Count("kill", $"kill -9 of {node.Name}");
            node.Signal("KILL");
        }
    }

    private void Count(string kind, string line)
    {
        Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
        say(line);
    }
}
