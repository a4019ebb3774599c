namespace TorchSharp;

/// <summary>Reductions, sorting and searching. Given no dimension, all are reduced.</summary>
public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => sum([], false, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Native.kt_sum(this, dim, dim.Length, keepdim, (int?)type ?? -1);

        public Tensor mean() => mean([]);
        public Tensor mean(ReadOnlySpan<long> dimensions, bool keepdim = false, ScalarType? type = null) =>
            Native.kt_mean(this, dimensions, dimensions.Length, keepdim, (int?)type ?? -1);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false) => Native.kt_amax(this, dims, dims.Length, keepdim);
        public Tensor amax(params ReadOnlySpan<long> dims) => amax(dims, false);

        public Tensor std(bool unbiased = true) => std([], unbiased);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false) => std([dim], unbiased, keepdim);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false) =>
            Native.kt_std(this, dimensions, dimensions.Length, unbiased, keepdim);

        /// <summary>(Σ|x|ᵖ)^(1/p).</summary>
        public Tensor norm(float p = 2) => Native.kt_norm(this, p, [], 0, false);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Native.kt_norm(this, p, [dim], 1, keepdim);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Native.kt_log_softmax(this, dim, (int?)dtype ?? -1);

        public Tensor max() => Native.kt_max(this);
        public Tensor min() => Native.kt_min(this);
        public Tensor argmax(long dim, bool keepdim = false) => Native.kt_argmax_dim(this, dim, keepdim);
        public Tensor all() => Native.kt_all(this);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            Native.kt_max_dim(this, dim, keepdim, out var values, out var indices);
            return (values, indices);
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            Native.kt_topk(this, k, dim, largest, sorted, out var values, out var indices);
            return (values, indices);
        }

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            Native.kt_sort(this, dim, descending, stable, out var values, out var indices);
            return (values, indices);
        }
    }
}
