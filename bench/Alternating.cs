namespace Kindred.Bench;

/// <summary>Rounds of blocks of several programs in one process; who goes first rotates, so that drift hits all alike.</summary>
internal sealed class Alternating
{
    private readonly List<Cost[]> rounds = [];

    public static Alternating Measure(int rounds, int warmup, IReadOnlyList<Action> programs)
    {
        var measured = new Alternating();
        for (var round = -warmup; round < rounds; round++)
        {
            var costs = new Cost[programs.Count];
            for (var i = 0; i < programs.Count; i++)
            {
                var next = (i + round + warmup) % programs.Count;
                costs[next] = Cost.Of(programs[next]);
            }

            if (round >= 0)
                measured.rounds.Add(costs);
        }

        return measured;
    }

    public Ratio Ratio(int program, int against, Func<Cost, double> figure) =>
        Bench.Ratio.Of(rounds.Select(r => (figure(r[program]), figure(r[against]))));

    public double Mean(int program, Func<Cost, double> figure) => rounds.Average(r => figure(r[program]));
}
