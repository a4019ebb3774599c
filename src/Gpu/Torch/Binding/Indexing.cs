using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Reading and writing at indices and masks. Indices are int64, masks bool.</summary>
public static partial class torch
{
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Native.kt_where(condition, x, y);

    public sealed partial class Tensor
    {
        /// <summary>The element or the sub-tensor at index <paramref name="i1"/> of the first dimension.</summary>
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set
            {
                using var at = select(0, i1);
                at.copy_(value);
            }
        }

        public Tensor index_put_(Tensor value, params ReadOnlySpan<Tensor> indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, ReadOnlySpan<Tensor> indices, bool accumulate = false) =>
            Done(TensorMarshaller.KeepAlive(indices, Native.kt_index_put_(this, indices, indices.Length, value, accumulate)));

        public Tensor index_select(long dim, Tensor index) => Native.kt_index_select(this, dim, index);

        /// <summary>x[index] += alpha·source.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Done(Native.kt_index_add_(this, dim, index, source, alpha));

        public Tensor gather(long dim, Tensor index) => Native.kt_gather(this, dim, index);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Done(Native.kt_scatter_(this, dim, index, src));
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Done(Native.kt_scatter_add_(this, dim, index, src));
        public Tensor masked_fill(Tensor mask, Scalar value) => Native.kt_masked_fill(this, mask, value);
        public Tensor masked_select(Tensor mask) => Native.kt_masked_select(this, mask);

        /// <summary>The indices of the elements that aren't zero, [count, ndim].</summary>
        public Tensor nonzero() => Native.kt_nonzero(this);
    }
}
