using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

namespace Kindred.Gpu.Torch;

/// <summary>The C ABI of native/device.cpp, norm.cpp and update.cpp. The marshaller is named each time: TorchSharp's tensor lacks it.</summary>
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
    [return: MarshalUsing(typeof(TensorMarshaller))]
    private static partial Tensor kt_channels_last([MarshalUsing(typeof(TensorMarshaller))] Tensor x);
    [LibraryImport(TorchLibrary.Name)]
    [return: MarshalUsing(typeof(TensorMarshaller))]
    private static partial Tensor kt_norm_relu(
        [MarshalUsing(typeof(TensorMarshaller))] Tensor x, [MarshalUsing(typeof(OptionalTensor))] Tensor? residual,
        [MarshalUsing(typeof(TensorMarshaller))] Tensor weight, [MarshalUsing(typeof(OptionalTensor))] Tensor? bias,
        [MarshalUsing(typeof(TensorMarshaller))] Tensor mean, [MarshalUsing(typeof(TensorMarshaller))] Tensor var, double eps);
    [LibraryImport(TorchLibrary.Name)]
    private static partial int kt_sgd_(
        [MarshalUsing(typeof(TensorMarshaller))] Tensor p, [MarshalUsing(typeof(TensorMarshaller))] Tensor g,
        [MarshalUsing(typeof(TensorMarshaller))] Tensor m, [MarshalUsing(typeof(OptionalTensor))] Tensor? decay,
        float lr, float mu, float wd, Flag nesterov);
}
