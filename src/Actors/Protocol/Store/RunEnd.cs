namespace Kindred.Actors.Protocol.Store;

/// <summary>How a run ended; Reason is null when it came to its end or was asked to stop.</summary>
public sealed record RunEnd(TermStep At, bool Finished, Exception? Reason);
