using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

public static partial class TorchExtra
{
    [LibraryImport(TorchLibrary.Name), SuppressGCTransition]
    private static partial long kt_live();
    [LibraryImport(TorchLibrary.Name)]
    private static partial nint kt_version();
    [LibraryImport(TorchLibrary.Name)]
    private static partial nint kt_summary();
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_threads();
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_set_threads(int threads);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_set_interop_threads(int threads);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_set_deterministic(Flag on);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_autocast_begin(int device, Flag enabled);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_autocast_end(int device, Flag before);
    [LibraryImport(TorchLibrary.Name)]
    private static partial Tensor kt_channels_last(Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_sgd_(Tensor p, Tensor g, Tensor m, Tensor? decay, float lr, float mu, float wd, Flag nesterov);
}
