using System.Runtime.InteropServices;
using Kindred.Data.Sampling;

namespace Kindred.Simulation.Time;

/// <summary>What will happen, ordered by (time, a tie-break drawn from the seed, sequence). The only clock of a simulation.</summary>
internal sealed class EventQueue(long seed)
{
    private readonly PriorityQueue<Action, Moment> queue = new();
    private Keyed ties = Keyed.For(Draw.Simulation, seed, 1);
    private long sequence;

    /// <summary>Virtual time; starts at one second.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>The same, as incarnations count it.</summary>
    public long Milliseconds => Now.Ticks / TimeSpan.TicksPerMillisecond;

    public void Add(TimeSpan delay, Action happens) =>
        queue.Enqueue(happens, new Moment(Now.Ticks + Math.Max(0, delay.Ticks), ties.NextUInt64(), sequence++));

    /// <summary>Moves the clock on to the next event and takes it; null: nothing will happen any more.</summary>
    public Action? Next()
    {
        if (!queue.TryDequeue(out var happens, out var moment))
            return null;
        Now = TimeSpan.FromTicks(moment.Ticks);
        return happens;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Moment(long Ticks, ulong Tie, long Sequence) : IComparable<Moment>
    {
        public int CompareTo(Moment other)
        {
            if (Ticks != other.Ticks)
                return Ticks < other.Ticks ? -1 : 1;
            if (Tie != other.Tie)
                return Tie < other.Tie ? -1 : 1;
            return Sequence.CompareTo(other.Sequence);
        }

        public static bool operator <(Moment a, Moment b) => a.CompareTo(b) < 0;
        public static bool operator >(Moment a, Moment b) => a.CompareTo(b) > 0;
        public static bool operator <=(Moment a, Moment b) => a.CompareTo(b) <= 0;
        public static bool operator >=(Moment a, Moment b) => a.CompareTo(b) >= 0;
    }
}
