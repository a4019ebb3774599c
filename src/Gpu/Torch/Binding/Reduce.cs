namespace TorchSharp;

/// <summary>Reductions, sorting and searching. Given no dimension, all are reduced.</summary>
public static partial class torch
{
    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
        input.sum(dim, keepdim, type);
    public static Tensor mean(Tensor input) => input.mean();
    public static Tensor mean(Tensor input, ReadOnlySpan<long> dimensions, bool keepdim = false, ScalarType? type = null) =>
        input.mean(dimensions, keepdim, type);
    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false) => input.amax(dims, keepdim);
    public static Tensor amin(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false) => input.amin(dims, keepdim);
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => input.logsumexp(dim, keepdim);
    public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) =>
        tensor.topk(k, dim, largest, sorted);
    public static (Tensor values, Tensor indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) =>
        input.sort(dim, descending, stable);
    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => input.argsort(dim, descending);
    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false) =>
        Native.kt_searchsorted(sorted_sequence, values, out_int32, right);
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) =>
        Native.kt_bincount(input, weights, minlength);

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
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false) => Native.kt_amin(this, dims, dims.Length, keepdim);
        public Tensor amin(params ReadOnlySpan<long> dims) => amin(dims, false);

        public Tensor var(bool unbiased = true) => var([], unbiased);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false) => var([dim], unbiased, keepdim);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false) =>
            Native.kt_var(this, dimensions, dimensions.Length, unbiased, keepdim);

        public Tensor std(bool unbiased = true) => std([], unbiased);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false) => std([dim], unbiased, keepdim);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false) =>
            Native.kt_std(this, dimensions, dimensions.Length, unbiased, keepdim);

        public (Tensor @var, Tensor mean) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false)
        {
            Native.kt_var_mean(this, dimensions, dimensions.Length, unbiased, keepdim, out var variance, out var mean);
            return (variance, mean);
        }

        /// <summary>(Σ|x|ᵖ)^(1/p).</summary>
        public Tensor norm(float p = 2) => Native.kt_norm(this, p, [], 0, false);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Native.kt_norm(this, p, [dim], 1, keepdim);

        public Tensor logsumexp(long dim, bool keepdim = false) => Native.kt_logsumexp(this, [dim], 1, keepdim);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Native.kt_softmax(this, dim, (int?)dtype ?? -1);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Native.kt_log_softmax(this, dim, (int?)dtype ?? -1);
        public Tensor cumsum(long dim, ScalarType? type = null) => Native.kt_cumsum(this, dim, (int?)type ?? -1);

        public Tensor max() => Native.kt_max(this);
        public Tensor min() => Native.kt_min(this);
        public Tensor median() => Native.kt_median(this);
        public Tensor argmax() => Native.kt_argmax(this);
        public Tensor argmax(long dim, bool keepdim = false) => Native.kt_argmax_dim(this, dim, keepdim);
        public Tensor argmin() => Native.kt_argmin(this);
        public Tensor argmin(long dim, bool keepdim = false) => Native.kt_argmin_dim(this, dim, keepdim);
        public Tensor all() => Native.kt_all(this);
        public Tensor all(long dim, bool keepdim = false) => Native.kt_all_dim(this, dim, keepdim);
        public Tensor any() => Native.kt_any(this);
        public Tensor any(long dim, bool keepdim = false) => Native.kt_any_dim(this, dim, keepdim);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            Native.kt_max_dim(this, dim, keepdim, out var values, out var indices);
            return (values, indices);
        }

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            Native.kt_min_dim(this, dim, keepdim, out var values, out var indices);
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

        public Tensor argsort(long dim = -1, bool descending = false) => Native.kt_argsort(this, dim, descending);
        public Tensor bincount(Tensor? weights = null, long minlength = 0) => torch.bincount(this, weights, minlength);
    }
}
