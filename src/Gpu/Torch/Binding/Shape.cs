using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Views, joining and splitting.</summary>
public static partial class torch
{
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) =>
        TensorMarshaller.KeepAlive(tensors, Native.kt_cat(tensors, tensors.Length, dim));

    public static Tensor stack(ReadOnlySpan<Tensor> tensors, long dim = 0) =>
        TensorMarshaller.KeepAlive(tensors, Native.kt_stack(tensors, tensors.Length, dim));

    public static Tensor cat(IEnumerable<Tensor> tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors.ToArray(), dim);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => stack((ReadOnlySpan<Tensor>)tensors.ToArray(), dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors, dim);
    public static Tensor stack(Tensor[] tensors, long dim = 0) => stack((ReadOnlySpan<Tensor>)tensors, dim);

    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);
    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);

    public sealed partial class Tensor
    {
        public Tensor reshape(params ReadOnlySpan<long> shape) => Native.kt_reshape(this, shape, shape.Length);
        public Tensor view(params ReadOnlySpan<long> shape) => Native.kt_view(this, shape, shape.Length);
        public Tensor permute(params ReadOnlySpan<long> permutation) => Native.kt_permute(this, permutation, permutation.Length);
        public Tensor expand(params ReadOnlySpan<long> sizes) => Native.kt_expand(this, sizes, sizes.Length);
        public Tensor repeat(params ReadOnlySpan<long> sizes) => Native.kt_repeat(this, sizes, sizes.Length);
        public Tensor flip(params ReadOnlySpan<long> dims) => Native.kt_flip(this, dims, dims.Length);
        public Tensor expand_as(Tensor other) => expand(other.shape);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor t() => Native.kt_t(this);
        public Tensor T => t();
        public Tensor mT => transpose(-2, -1);
        public Tensor transpose(long dim0, long dim1) => Native.kt_transpose(this, dim0, dim1);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.kt_flatten(this, start_dim, end_dim);
        public Tensor unsqueeze(long dim) => Native.kt_unsqueeze(this, dim);
        public Tensor squeeze(long? dim = null) => dim is { } d ? Native.kt_squeeze_dim(this, d) : Native.kt_squeeze(this);
        public Tensor select(long dim, long index) => Native.kt_select(this, dim, index);
        public Tensor narrow(long dim, long start, long length) => Native.kt_narrow(this, dim, start, length);
        public Tensor slice(long dim, long start, long finish, long step) => Native.kt_slice(this, dim, start, finish, step);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Native.kt_diagonal(this, offset, dim1, dim2);
        public Tensor tril(long diagonal = 0) => Native.kt_tril(this, diagonal);
        public Tensor triu(long diagonal = 0) => Native.kt_triu(this, diagonal);
        public Tensor roll(long shifts, long? dims = null) => roll([shifts], dims is { } d ? [d] : default(ReadOnlySpan<long>));
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            Native.kt_roll(this, shifts, shifts.Length, dims, dims.Length);

        /// <summary>Each element <paramref name="repeats"/> times, along <paramref name="dim"/> or of the flattened tensor.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null) =>
            Native.kt_repeat_interleave(this, repeats, dim is { } d ? [d] : default(ReadOnlySpan<long>));

        public Tensor[] split(long size, long dim = 0)
        {
            Span<nint> made = new nint[Room(dim)];
            return Take(made, Native.kt_split(this, size, dim, made, made.Length));
        }

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

        public Tensor[] unbind(long dimension = 0)
        {
            Span<nint> made = new nint[Room(dimension)];
            return Take(made, Native.kt_unbind(this, dimension, made, made.Length));
        }

        private long Room(long dim) => Math.Max(size((int)dim), 1);

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
