using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Products of vectors and matrices.</summary>
public static partial class torch
{
    public static class linalg
    {
        /// <summary>Singular values, descending.</summary>
        public static Tensor svdvals(Tensor input) => Native.kt_svdvals(input);
    }

    public sealed partial class Tensor
    {
        public Tensor matmul(Tensor target) => Native.kt_matmul(this, target);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Done(Native.kt_addmm_(this, mat1, mat2, beta, alpha));
    }
}
