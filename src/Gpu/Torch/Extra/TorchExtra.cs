using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>What Kindred needs of libtorch and TorchSharp lacks.</summary>
public static partial class TorchExtra
{
    /// <summary>Native tensor handles that live now, in the whole process.</summary>
    public static long LiveTensors => kt_live();

    public static string LibTorchVersion => Marshal.PtrToStringUTF8(kt_version())!;

    /// <summary>BLAS, oneDNN, OpenMP and CUDA as libtorch was built, and its threads; several lines.</summary>
    public static string BuildSummary() => Marshal.PtrToStringUTF8(kt_summary())!;

    /// <summary>Intra-op threads of the calling thread, and of threads that set none.</summary>
    public static void SetThreads(int threads) => Errors.Check(kt_set_threads(threads));

    public static int GetThreads() => kt_threads();

    /// <exception cref="ExternalException">Operations ran already: libtorch takes it once, at the start.</exception>
    public static void SetInterOpThreads(int threads) => Errors.Check(kt_set_interop_threads(threads));

    /// <summary>Deterministic kernels only, and no autotuning; an operation that has none throws.</summary>
    public static void Deterministic(bool on) => Errors.Check(kt_set_deterministic(on));

    /// <summary>Matrix products and convolutions of this thread run in bf16 until disposed. Weights cast on the way are cached in the
    /// scope, so it must end before they change.</summary>
    public static IDisposable Autocast(Device device, bool enabled) => new AutocastScope(device.type, enabled);

    /// <summary>The same [N, C, H, W] tensor with channels innermost in memory; itself where it is so already.</summary>
    public static Tensor ChannelsLast(Tensor tensor) => kt_channels_last(tensor);

    private sealed class AutocastScope(DeviceType device, bool enabled) : IDisposable
    {
        private readonly int before = Begin(device, enabled);

        public void Dispose() => Errors.Check(kt_autocast_end((int)device, before != 0));

        private static int Begin(DeviceType device, bool enabled)
        {
            var status = kt_autocast_begin((int)device, enabled);
            Errors.Check(status);
            return status;
        }
    }
}
