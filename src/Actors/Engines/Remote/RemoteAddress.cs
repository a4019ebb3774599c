namespace Kindred.Actors.Engines.Remote;

/// <summary>An actor's ref between nodes. Life 0: whatever lives at the path.</summary>
internal sealed record RemoteAddress(string Node, long Incarnation, string Path, long Life);
