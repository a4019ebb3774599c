namespace Kindred.Data;

/// <summary>The data can't be used: one line that says what, where, and what to do. The program ends with exit code 3.</summary>
public sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
