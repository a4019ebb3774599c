using System.IO.Hashing;
using System.Runtime.InteropServices;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Simulation.Engine;

namespace Kindred.Simulation;

/// <summary>All that happened in a simulation: always as a hash, and as text where somebody wants to read it.</summary>
internal sealed class Trace(TextWriter? text)
{
    private readonly XxHash3 hash = new();

    public ulong Hash => hash.GetCurrentHashAsUInt64();

    /// <summary>Whether text is written.</summary>
    public bool IsText => text is not null;

    public void Message(TimeSpan now, SimEngine from, SimEngine there, RemoteRef to, in Envelope envelope)
    {
        Add(now.Ticks, (envelope.Term ?? 0) * 31L + there.Node.Incarnation, envelope.Message.GetType().Name);
        if (text is not null)
            Write(now, $"{there}{to.Address.Path} <- {envelope.Message} from {from}{envelope.Sender?.Path}");
    }

    public void Note(TimeSpan now, string what)
    {
        Add(now.Ticks, 0, what);
        if (text is not null)
            Write(now, what);
    }

    private void Add(long a, long b, string what)
    {
        ReadOnlySpan<long> numbers = [a, b];
        hash.Append(MemoryMarshal.AsBytes(numbers));
        hash.Append(MemoryMarshal.AsBytes(what.AsSpan()));
    }

    private void Write(TimeSpan now, string what) => text!.WriteLine($"{now.TotalSeconds:F6} {what}");
}

/// <summary>How often each kind of fault has happened.</summary>
internal sealed class Faults
{
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public void Count(string kind) => Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
}
