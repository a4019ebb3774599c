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

    public static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.bytes;

    public static void CopyTo<T>(Tensor tensor, Span<T> values) where T : unmanaged => tensor.data<T>().CopyTo(values);

    public static void CopyFrom<T>(Tensor tensor, ReadOnlySpan<T> values) where T : unmanaged => tensor.data<T>().CopyFrom(values);

    /// <summary>A new tensor with a copy of the values.</summary>
    public static Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape, Device? device = null) where T : unmanaged =>
        FromMemory(values, shape, device: device);

    /// <summary>g ← g + wd·decay·p; m ← mu·m + g; p ← p − lr·(nesterov ? g + mu·m : m), in place, in one pass over memory.</summary>
    /// <param name="p">Parameters, flat fp32 [P]; so are g and m. The gradient itself isn't changed.</param>
    /// <param name="g">Gradient.</param>
    /// <param name="m">Momentum buffer.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="mu">Momentum.</param>
    /// <param name="wd">Weight decay.</param>
    /// <param name="nesterov">Look ahead.</param>
    /// <param name="decay">[P] factors of the weight decay, 0 where there is none; null: 1 everywhere.</param>
    public static void SgdStep_(Tensor p, Tensor g, Tensor m, double lr, double mu, double wd, bool nesterov, Tensor? decay = null) =>
        Errors.Check(kt_sgd_(p, g, m, decay, (float)lr, (float)mu, (float)wd, nesterov));

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
