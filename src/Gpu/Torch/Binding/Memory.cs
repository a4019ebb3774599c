using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using TorchSharp.Utils;

namespace TorchSharp;

/// <summary>Copies, conversions and access to elements.</summary>
public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Replaced(Native.kt_to(this, (int)type, -1, -1, copy, non_blocking), disposeAfter);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Replaced(Native.kt_to(this, -1, Type(device), Index(device), copy, non_blocking), disposeAfter);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Replaced(Native.kt_to(this, (int)type, Type(device), Index(device), copy, non_blocking), disposeAfter);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        public Tensor cpu() => to(CPU);

        public bool is_pinned() => Native.kt_is_pinned(this) != 0;

        /// <summary>A copy in page-locked memory, from where a copy to CUDA with non_blocking doesn't wait; itself where it is there.</summary>
        public Tensor pin_memory() => Native.kt_pin_memory(this);

        public Tensor contiguous() => Native.kt_contiguous(this);
        public Tensor clone() => Native.kt_clone(this);
        public Tensor detach() => Native.kt_detach(this);
        public Tensor alias() => Native.kt_alias(this);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Done(Native.kt_copy_(this, source, nonBlocking));
        public Tensor fill_(Scalar value) => Done(Native.kt_fill_(this, value));
        public Tensor zero_() => Done(Native.kt_zero_(this));

        /// <exception cref="ExternalException">There is not exactly one element.</exception>
        public Scalar ToScalar()
        {
            Errors.Check(Native.kt_item(this, out var value));
            return value;
        }

        public double ToDouble() => ToScalar().ToDouble();
        public long ToInt64() => ToScalar().ToInt64();
        public bool ToBoolean() => ToScalar().ToBoolean();

        /// <exception cref="ArgumentException">The elements aren't of type T.</exception>
        /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
        public T item<T>() where T : unmanaged
        {
            if (numel() != 1)
                throw new InvalidOperationException($"item takes a tensor of one element, not {this}");
            using var here = cpu();
            return here.data<T>().ToArray()[0];
        }

        /// <exception cref="ArgumentException">The elements aren't of type T, or not in CPU memory.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged => new(this);

        /// <summary>The memory itself: valid while the tensor lives, which the caller sees to.</summary>
        /// <exception cref="InvalidOperationException">Not contiguous, or not in CPU memory.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_cpu() || !is_contiguous())
                    throw new InvalidOperationException($"only contiguous CPU memory can be read in place, not {this}");
                return new((void*)Native.kt_data(this), checked((int)(numel() * element_size())));
            }
        }

        private Tensor Replaced(Tensor made, bool disposeAfter)
        {
            if (disposeAfter)
                Dispose();
            return made;
        }
    }
}
