namespace Kindred.Actors.Engines.RabbitMq.Wire;

/// <summary>An actor's ref between nodes. Life 0: whatever lives at the path.</summary>
internal sealed record WireAddress(string Node, long Incarnation, string Path, long Life);
