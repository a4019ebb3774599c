namespace Kindred.Actors.Training;

/// <summary>A node of a cluster can't do its part any more: it ends, to be started anew, and the others go on.</summary>
public sealed class NodeFailedException(string message) : InvalidOperationException(message);
