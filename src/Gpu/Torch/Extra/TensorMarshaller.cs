using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]

namespace Kindred.Gpu.Torch;

/// <summary>Passes a tensor as its handle (null as 0), keeps it alive through the call, and turns a handle of 0 that comes back into
/// an <see cref="ExternalException"/> with libtorch's message.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ElementIn, typeof(Element))]
internal static class TensorMarshaller
{
    internal ref struct In
    {
        private Tensor? tensor;
        public void FromManaged(Tensor? managed) => tensor = managed;
        public readonly nint ToUnmanaged() => tensor?.Handle ?? 0;
        public readonly void OnInvoked() => GC.KeepAlive(tensor);
        public readonly void Free() { }
    }

    internal static class Out
    {
        public static Tensor ConvertToManaged(nint handle) => handle != 0 ? Tensor.UnsafeCreateTensor(handle) : throw Errors.Last();
    }

    /// <summary>Callers keep the elements alive (<see cref="KeepAlive"/>).</summary>
    internal static class Element
    {
        public static nint ConvertToUnmanaged(Tensor? managed) => managed?.Handle ?? 0;
        public static Tensor ConvertToManaged(nint handle) => Out.ConvertToManaged(handle);
    }

    internal static T KeepAlive<T>(ReadOnlySpan<Tensor> tensors, T result)
    {
        foreach (var tensor in tensors)
            GC.KeepAlive(tensor);
        return result;
    }
}

/// <summary>A bool as the ABI passes it.</summary>
internal readonly struct Flag
{
    private readonly int value;

    private Flag(bool value) => this.value = value ? 1 : 0;

    public static implicit operator Flag(bool value) => new(value);
}

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
