using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kindred.Gpu.Torch;

/// <summary>Finds libkindred_torch.so, the C++ shim over libtorch that the build puts beside the assembly.</summary>
public static partial class TorchLibrary
{
    internal const string Name = "kindred_torch";

#pragma warning disable CA2255 // The first native call may be any of hundreds.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(TorchLibrary).Assembly, Resolve);
#pragma warning restore CA2255

    /// <summary>Whether tensors can be used at all; <paramref name="why"/> is one line that says what is missing, or empty.</summary>
    public static bool TryLoad(out string why)
    {
        why = "";
        try
        {
            kt_live();
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            why = e.Message;
            return false;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name)
            return 0;
        try
        {
            return NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException e)
        {
            var file = Path.Combine(AppContext.BaseDirectory, $"lib{Name}.so");
            var cause = File.Exists(file) ? Line(e.Message, "libtorch") ?? Line(e.Message, file) : $"{file} does not exist";
            throw new DllNotFoundException(
                $"libtorch can't be used: {cause ?? e.Message}. Install libtorch-dev and build again, or build with -p:TorchDir=…", e);
        }
    }

    /// <summary>The loader tries several names and reports each on a line; one of them tells.</summary>
    private static string? Line(string text, string word) => text.Split('\n').FirstOrDefault(l => l.Contains(word))?.Trim();

    [LibraryImport(Name)]
    private static partial long kt_live();
}
