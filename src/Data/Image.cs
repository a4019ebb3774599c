namespace Kindred.Data;

/// <summary>One image.</summary>
/// <param name="Pixels">uint8 planes [3, Height, Width] in the order R, G, B. Shared: never written to.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Width">In pixels.</param>
public readonly record struct Image(ReadOnlyMemory<byte> Pixels, int Height, int Width);
