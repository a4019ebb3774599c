using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Host.Configuration;

/// <summary>The only place where configuration and doctor ask libtorch.</summary>
internal static class TorchProbe
{
    /// <summary>Version and build of libtorch; null where it can't be loaded, and <paramref name="why"/> says why.</summary>
    public static (string Version, string Build)? Load(out string why) =>
        TorchLibrary.TryLoad(out why) ? (TorchExtra.LibTorchVersion, TorchExtra.BuildSummary()) : null;

    /// <summary>NVIDIA devices that the driver shows, whether or not libtorch can use them.</summary>
    public static int GpusOfDriver(string folder = "/dev") =>
        Directory.GetFiles(folder, "nvidia*").Count(file => int.TryParse(Path.GetFileName(file)["nvidia".Length..], out _));

    /// <summary>CUDA devices that libtorch can use; 0 where it is missing or built without CUDA. It isn't loaded where there is no
    /// driver.</summary>
    public static int Gpus()
    {
        var shown = GpusOfDriver();
        return shown == 0 || !TorchLibrary.TryLoad(out _) ? 0 : Enumerable.Range(0, shown).TakeWhile(Works).Count();
    }

    private static bool Works(int gpu)
    {
        try
        {
            using var probe = zeros([1], device: new Device($"cuda:{gpu}"));
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }
}
