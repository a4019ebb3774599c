namespace Kindred.Simulation;

/// <summary>What became of one seed.</summary>
/// <param name="Violation">The first invariant that was broken, when, and how; null: none.</param>
/// <param name="TraceHash">Of all that happened, in order.</param>
/// <param name="Faults">Each kind and how often it has happened.</param>
public sealed record SeedResult(long Seed, string? Violation, long Events, long Commits, ulong TraceHash, IReadOnlyDictionary<string, long> Faults);
