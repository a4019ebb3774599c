using System.Runtime.InteropServices;

namespace Kindred.Gpu.Torch;

internal static partial class Errors
{
    /// <exception cref="ExternalException">The status of a native call says that it failed.</exception>
    internal static void Check(long status)
    {
        if (status < 0)
            throw Last();
    }

    internal static ExternalException Last() => new(Marshal.PtrToStringUTF8(kt_error()) ?? "unknown error in libtorch");

    [LibraryImport(TorchLibrary.Name)]
    private static partial nint kt_error();
}

/// <summary>A bool as the ABI passes it.</summary>
internal readonly struct Flag
{
    private readonly int value;

    private Flag(bool value) => this.value = value ? 1 : 0;

    public static implicit operator Flag(bool value) => new(value);
}
