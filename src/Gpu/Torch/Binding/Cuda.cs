using Kindred.Gpu.Torch;

namespace TorchSharp;

public static partial class torch
{
    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        /// <summary>0 with a CPU build of libtorch, or without a driver.</summary>
        public static int device_count() => TorchExtra.CudaCount;

        /// <summary>Waits for everything queued on the device.</summary>
        public static void synchronize(Device? device = null) => TorchExtra.CudaSynchronize(device?.index ?? -1);
    }
}
