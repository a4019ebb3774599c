using System.Runtime.InteropServices.Marshalling;
using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>The part of TorchSharp's surface that Kindred uses, with its names and signatures, over our own shim.</summary>
public static partial class torch
{
    /// <summary>Owns one native tensor, until it or the scope that it was made in is disposed, or the garbage collector finds it.</summary>
    [NativeMarshalling(typeof(TensorMarshaller))]
    public sealed partial class Tensor : IDisposable
    {
        private nint handle;

        private Tensor(nint handle)
        {
            this.handle = handle;
            DisposeScope.Current?.Attach(this);
        }

        ~Tensor() => Free();

        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        /// <exception cref="ObjectDisposedException">Disposed, or its scope was.</exception>
        public nint Handle =>
            handle != 0 ? handle : throw new ObjectDisposedException(nameof(Tensor), "the tensor or its scope is disposed");

        public bool IsInvalid => handle == 0;

        internal DisposeScope? OwningDisposeScope { get; set; }
        internal Tensor? Previous { get; set; }
        internal Tensor? Next { get; set; }

        public void Dispose()
        {
            DisposeScope.Move(this, null);
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0)
                Native.kt_free(owned);
        }

        public Tensor MoveToOuterDisposeScope() => OwningDisposeScope?.MoveToOuter(this) ?? this;

        public Tensor DetachFromDisposeScope() => OwningDisposeScope?.Detach(this) ?? this;

        public Tensor MoveToOtherDisposeScope(DisposeScope? other) => DisposeScope.Move(this, other);

        public long ndim => Native.kt_ndim(this);
        public long dim() => ndim;
        public long numel() => Native.kt_numel(this);
        public long element_size() => Native.kt_element_size(this);
        public ScalarType dtype => (ScalarType)Native.kt_dtype(this);
        public Device device => new((DeviceType)Native.kt_device_type(this), Native.kt_device_index(this));
        public DeviceType device_type => (DeviceType)Native.kt_device_type(this);
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_contiguous() => Native.kt_is_contiguous(this) != 0;

        public long[] shape
        {
            get
            {
                var sizes = new long[ndim];
                Native.kt_sizes(this, sizes);
                return sizes;
            }
        }

        public long[] stride()
        {
            var strides = new long[ndim];
            Native.kt_strides(this, strides);
            return strides;
        }

        public override string ToString() => $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        /// <summary>After an operation in place.</summary>
        private Tensor Done(int status)
        {
            Errors.Check(status);
            return this;
        }
    }
}
