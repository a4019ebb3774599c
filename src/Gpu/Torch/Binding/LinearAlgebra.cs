using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Products of vectors and matrices.</summary>
public static partial class torch
{
    public static Tensor matmul(Tensor input, Tensor target) => Native.kt_matmul(input, target);
    public static Tensor mm(Tensor input, Tensor target) => Native.kt_mm(input, target);
    public static Tensor bmm(Tensor input, Tensor batch2) => Native.kt_bmm(input, batch2);
    public static Tensor mv(Tensor input, Tensor target) => Native.kt_mv(input, target);
    public static Tensor dot(Tensor input, Tensor other) => Native.kt_dot(input, other);
    public static Tensor outer(Tensor input, Tensor vec2) => Native.kt_outer(input, vec2);

    public static Tensor einsum(string equation, params ReadOnlySpan<Tensor> tensors) =>
        TensorMarshaller.KeepAlive(tensors, Native.kt_einsum(equation, tensors, tensors.Length));

    public static class linalg
    {
        /// <summary>Singular values, descending.</summary>
        public static Tensor svdvals(Tensor input) => Native.kt_svdvals(input);

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Native.kt_norm(input, ord, dims, dims?.Length ?? 0, keepdim);
    }

    public sealed partial class Tensor
    {
        public Tensor matmul(Tensor target) => Native.kt_matmul(this, target);
        public Tensor mm(Tensor target) => Native.kt_mm(this, target);
        public Tensor bmm(Tensor batch2) => Native.kt_bmm(this, batch2);
        public Tensor mv(Tensor target) => Native.kt_mv(this, target);
        public Tensor dot(Tensor target) => Native.kt_dot(this, target);
        public Tensor outer(Tensor vec2) => Native.kt_outer(this, vec2);

        /// <summary>beta·x + alpha·mat1·mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Native.kt_addmm(this, mat1, mat2, beta, alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Done(Native.kt_addmm_(this, mat1, mat2, beta, alpha));
    }
}
