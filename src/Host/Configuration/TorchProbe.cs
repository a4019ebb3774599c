namespace Kindred.Host.Configuration;

/// <summary>The only place where configuration and doctor ask libtorch.</summary>
internal static class TorchProbe
{
    /// <summary>Number of CUDA devices; 0 where libtorch is missing or built without CUDA.</summary>
    public static int Gpus() => 0;
}
