namespace Kindred.Actors.Protocol.Store;

/// <summary>The run directory or a checkpoint can't be used (exit code 4). The message is one line: what, where, what to do.</summary>
public sealed class RunStoreException(string message, Exception? inner = null) : IOException(message, inner);
