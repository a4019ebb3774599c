using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]

namespace Kindred.Gpu.Torch;

/// <summary>Passes a tensor as its handle, keeps it alive through the call, and turns a handle of 0 that comes back into
/// an <see cref="ExternalException"/> with libtorch's message.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ElementIn, typeof(Element))]
internal static class TensorMarshaller
{
    internal ref struct In
    {
        private Tensor? tensor;
        public void FromManaged(Tensor? managed) => tensor = Present(managed);
        public readonly nint ToUnmanaged() => tensor!.Handle;
        public readonly void OnInvoked() => GC.KeepAlive(tensor);
        public readonly void Free() { }
    }

    internal static class Out
    {
        public static Tensor ConvertToManaged(nint handle) => handle != 0 ? Tensor.UnsafeCreateTensor(handle) : throw Errors.Last();
    }

    /// <summary>Of a list, whose elements the caller keeps alive (<see cref="KeepAlive"/>).</summary>
    internal static class Element
    {
        public static nint ConvertToUnmanaged(Tensor? managed) => Present(managed).Handle;
        public static Tensor ConvertToManaged(nint handle) => Out.ConvertToManaged(handle);
    }

    internal static T KeepAlive<T>(ReadOnlySpan<Tensor> tensors, T result)
    {
        foreach (var tensor in tensors)
            GC.KeepAlive(tensor);
        return result;
    }

    private static Tensor Present(Tensor? tensor) => tensor ?? throw new ArgumentNullException(nameof(tensor), "a tensor is null");
}

/// <summary>For a parameter, or an element of a list, that may be null: it is passed as 0.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ElementIn, typeof(Element))]
internal static class OptionalTensor
{
    internal ref struct In
    {
        private Tensor? tensor;
        public void FromManaged(Tensor? managed) => tensor = managed;
        public readonly nint ToUnmanaged() => tensor?.Handle ?? 0;
        public readonly void OnInvoked() => GC.KeepAlive(tensor);
        public readonly void Free() { }
    }

    internal static class Element
    {
        public static nint ConvertToUnmanaged(Tensor? managed) => managed?.Handle ?? 0;
        public static Tensor ConvertToManaged(nint handle) => TensorMarshaller.Out.ConvertToManaged(handle);
    }
}
