namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>
/// How unlikely it is that a peer still lives, from how regular its heartbeats were: φ = −log₁₀ P(the next one comes even later than now)
/// (Hayashibara et al., "The φ accrual failure detector", 2004). Pure: the caller brings the time, which never goes back.
/// </summary>
/// <param name="expected">The interval that senders aim at, &gt; 0: all that is known at first, and the least mean from then on.</param>
/// <param name="pause">What may always come on top (a garbage collection, a busy machine), ≥ 0.</param>
internal sealed class PhiAccrualDetector(TimeSpan expected, TimeSpan pause)
{
    private const int Window = 64;

    private readonly Queue<double> intervals = new(Window);
    private double sum, squares;
    private double? last;

    /// <summary>Forgets all; the silence counts from <paramref name="now"/>.</summary>
    public void Reset(TimeSpan now)
    {
        intervals.Clear();
        (sum, squares, last) = (0, 0, now.TotalSeconds);
    }

    public void Heartbeat(TimeSpan now)
    {
        if (last is { } before)
            Add(Math.Max(0, now.TotalSeconds - before));
        last = now.TotalSeconds;
    }

    /// <summary>≥ 0, growing with the silence; 0 before the first heartbeat or <see cref="Reset"/>. Above 8: wrong once in 10⁸.</summary>
    public double Phi(TimeSpan now)
    {
        if (last is not { } before)
            return 0;
        var n = Math.Max(intervals.Count, 1);
        var observed = sum / n;
        var mean = Math.Max(observed, expected.TotalSeconds);
        var variance = Math.Max(0, (squares / n) - (observed * observed));
        var deviation = Math.Max(Math.Sqrt(variance), expected.TotalSeconds / 2);
        return -Math.Log10(Tail((now.TotalSeconds - before - pause.TotalSeconds - mean) / deviation));
    }

    private void Add(double interval)
    {
        if (intervals.Count == Window)
        {
            var oldest = intervals.Dequeue();
            sum -= oldest;
            squares -= oldest * oldest;
        }

        intervals.Enqueue(interval);
        sum += interval;
        squares += interval * interval;
    }

    /// <summary>P(Y &gt; y) of a standard normal Y, by a logistic curve (at most 1.4·10⁻⁴ off), never quite 0.</summary>
    private static double Tail(double y)
    {
        var e = Math.Exp(Math.Clamp(-y * (1.5976 + (0.070566 * y * y)), -700, 700));
        return Math.Max(e / (1 + e), double.Epsilon);
    }
}
