namespace Kindred.Data;

/// <summary>An image that could not be read; its slot shows the next readable one.</summary>
/// <param name="Set">Name of the data set.</param>
/// <param name="Sample">Number of the image in that set.</param>
/// <param name="Path">The file.</param>
/// <param name="Reason">One line, from the decoder or the operating system.</param>
public sealed record CorruptImage(string Set, int Sample, string Path, string Reason);
