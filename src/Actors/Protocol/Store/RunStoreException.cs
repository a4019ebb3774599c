namespace Kindred.Actors.Protocol.Store;

/// <summary>The run directory or a checkpoint can't be used (exit code 4). The message is one line: what, where, what to do.</summary>
public class RunStoreException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Another coordinator has claimed a newer term: this one commits nothing more.</summary>
public sealed class SupersededException(string message) : RunStoreException(message);
