using System.Runtime.InteropServices;
using Kindred.Host.Configuration;

namespace Kindred.Host.Doctor;

/// <summary>Looks at what training needs of this machine.</summary>
internal static class Examination
{
    public static IEnumerable<Finding> Run(string workingDirectory, MachineFacts machine)
    {
        yield return new(Level.Fine, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        var torch = TorchProbe.Load(out var why);
        yield return torch is { } found ? new(Level.Fine, "libtorch", $"{found.Version}, {Cuda(found.Build)}")
            : new(Level.Problem, "libtorch", why);
        if (torch is not null) yield return BlasCheck.Examine(BlasCheck.MappedLibraries());
        yield return Images();
        yield return Processor(machine);
        yield return Threads(machine);
        yield return Gpus(machine.Gpus, TorchProbe.GpusOfDriver());
        yield return DataCheck.Examine(machine.Environment("KINDRED_DATA"));
        yield return DiskCheck.Examine(workingDirectory);
    }

    private static string Cuda(string build) =>
        build.Contains("CUDA Runtime", StringComparison.OrdinalIgnoreCase) ? "built with CUDA" : "built for the CPU";

    private static Finding Images()
    {
        const string Shim = "libkindred_image.so";
        if (!NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, Shim), out var library))
            return new(Level.Hint, "images",
                $"{Shim} can't be loaded, so data=folder won't work: install libjpeg-dev and libpng-dev, then build again");
        NativeLibrary.Free(library);
        return new(Level.Fine, "images", "libjpeg and libpng are there");
    }

    private static Finding Processor(MachineFacts machine) => machine.CpuHasBfloat16
        ? new(Level.Fine, "processor", $"{machine.Cores} cores, bf16 in hardware: precision=bf16 is the default")
        : new(Level.Fine, "processor", $"{machine.Cores} cores, no bf16 in hardware: precision=fp32 is the default");

    private static Finding Threads(MachineFacts machine)
    {
        var settings = SettingsResolver.Resolve(new(), new HashSet<string>(), machine, "/").Machine;
        var text = $"by default devices={settings.Devices} shards={settings.Shards} threads={settings.Threads}";
        return machine.Environment("OMP_WAIT_POLICY") is "passive" or "PASSIVE"
            ? new(Level.Fine, "workers", text)
            : new(Level.Hint, "workers",
                $"{text}; OMP_WAIT_POLICY=passive is not set: start through ./kindred, or threads that wait slow others down");
    }

    private static Finding Gpus(int usable, int shown) =>
        usable > 0 ? new(Level.Fine, "GPUs", $"{usable}: cuda:0 to cuda:{usable - 1}")
        : shown == 0 ? new(Level.Fine, "GPUs", "none")
        : new(Level.Hint, "GPUs", $"the driver shows {shown}, but this libtorch can't use them: set KINDRED_TORCH_DIR to the folder of " +
            "TorchConfig.cmake of a libtorch with CUDA, delete artifacts/, and run ./kindred again");
}
