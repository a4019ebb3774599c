namespace Kindred.Actors.Bulk;

/// <summary>The broker, or the other nodes, can't be reached as this node was told (exit code 2). The message is one line: key, what, what to do.</summary>
public sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner);
