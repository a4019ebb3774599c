using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Views, joining and splitting.</summary>
public static partial class torch
{
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) =>
        TensorMarshaller.KeepAlive(tensors, Native.kt_cat(tensors, tensors.Length, dim));

    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors, dim);

    public sealed partial class Tensor
    {
        public Tensor reshape(params ReadOnlySpan<long> shape) => Native.kt_reshape(this, shape, shape.Length);
        public Tensor view(params ReadOnlySpan<long> shape) => Native.kt_view(this, shape, shape.Length);
        public Tensor permute(params ReadOnlySpan<long> permutation) => Native.kt_permute(this, permutation, permutation.Length);
        public Tensor expand(params ReadOnlySpan<long> sizes) => Native.kt_expand(this, sizes, sizes.Length);
        public Tensor repeat(params ReadOnlySpan<long> sizes) => Native.kt_repeat(this, sizes, sizes.Length);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor t() => Native.kt_t(this);
        public Tensor transpose(long dim0, long dim1) => Native.kt_transpose(this, dim0, dim1);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.kt_flatten(this, start_dim, end_dim);
        public Tensor unsqueeze(long dim) => Native.kt_unsqueeze(this, dim);
        public Tensor select(long dim, long index) => Native.kt_select(this, dim, index);
        public Tensor narrow(long dim, long start, long length) => Native.kt_narrow(this, dim, start, length);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Native.kt_diagonal(this, offset, dim1, dim2);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            Span<nint> made = new nint[sizes.Length];
            return Take(made, Native.kt_split_sizes(this, sizes, sizes.Length, dim, made, made.Length));
        }

        public Tensor[] chunk(long chunks, long dim = 0)
        {
            Span<nint> made = new nint[Math.Max(chunks, 1)];
            return Take(made, Native.kt_chunk(this, chunks, dim, made, made.Length));
        }

        private static Tensor[] Take(ReadOnlySpan<nint> handles, long count)
        {
            Errors.Check(count);
            var made = new Tensor[count];
            for (var i = 0; i < made.Length; i++)
                made[i] = UnsafeCreateTensor(handles[i]);
            return made;
        }
    }
}
